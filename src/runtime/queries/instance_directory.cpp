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

void instance_directory::note(std::span<const kafka::group_member> members,
                              std::span<const std::vector<topic_partition>> standbys) {
    partitions_by_host found;
    for (std::size_t at = 0; at < members.size(); ++at) {
        auto& [active, standby] = found[server_of(members[at].client_id)];
        active.insert(members[at].partitions.begin(), members[at].partitions.end());
        standby.insert(standbys[at].begin(), standbys[at].end());
    }
    const std::lock_guard lock(mutex_);
    instances_ = std::move(found);
}

instance_directory::partitions_by_host instance_directory::all() const {
    const std::lock_guard lock(mutex_);
    return instances_;
}

} // namespace streams::inline v0
