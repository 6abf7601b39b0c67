#include "src/runtime/queries/instance_directory.hpp"

#include <streams/core/error.hpp>

#include <utility>

namespace streams::inline v0 {
namespace {

constexpr char mark = '@';

} // namespace

std::string client_id_with_server(std::string_view name, std::string_view application_server) {
    return application_server.empty() ? std::string(name) : concat(name, mark, application_server);
}

host_info server_of(std::string_view client_id) {
    const auto at = client_id.rfind(mark);
    if (at == std::string_view::npos) return {};
    return host_info::parse(client_id.substr(at + 1)).value_or(host_info());
}

void instance_directory::note(std::span<const kafka::group_member> members) {
    partitions_by_host found;
    for (const kafka::group_member& member : members)
        found[server_of(member.client_id)].insert(member.partitions.begin(), member.partitions.end());
    const std::lock_guard lock(mutex_);
    instances_ = std::move(found);
}

instance_directory::partitions_by_host instance_directory::all() const {
    const std::lock_guard lock(mutex_);
    return instances_;
}

} // namespace streams::inline v0
