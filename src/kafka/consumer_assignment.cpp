#include "src/kafka/consumer_assignment.hpp"

#include "src/core/read_big_endian.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace streams::inline v0::kafka {
namespace {

std::optional<std::string> read_name(bytes_view& from) {
    const auto length = read_big_endian<std::int16_t>(from);
    if (!length || *length < 0 || static_cast<std::size_t>(*length) > from.size()) return std::nullopt;
    std::string name(from.subview(0, static_cast<std::size_t>(*length)).text());
    from = from.subview(static_cast<std::size_t>(*length));
    return name;
}

/// Of what follows.
std::optional<std::int32_t> read_version_and_count(bytes_view& from) {
    const auto version = read_big_endian<std::int16_t>(from);
    const auto count = read_big_endian<std::int32_t>(from);
    return version && count && *count >= 0 ? count : std::nullopt;
}

} // namespace

std::optional<std::vector<topic_partition>> partitions_of_assignment(bytes_view assignment) {
    std::vector<topic_partition> found;
    if (assignment.empty()) return found;
    const auto topics = read_version_and_count(assignment);
    if (!topics) return std::nullopt;
    for (std::int32_t topic = 0; topic < *topics; ++topic) {
        const auto name = read_name(assignment);
        if (!name) return std::nullopt;
        const auto partitions = read_big_endian<std::int32_t>(assignment);
        if (!partitions || *partitions < 0) return std::nullopt;
        for (std::int32_t at = 0; at < *partitions; ++at) {
            const auto partition = read_big_endian<std::int32_t>(assignment);
            if (!partition) return std::nullopt;
            found.push_back({*name, *partition});
        }
    }
    return found; // the assignor's own data, which may follow, says nothing of partitions
}

std::optional<std::vector<std::string>> topics_of_subscription(bytes_view metadata) {
    std::vector<std::string> found;
    if (metadata.empty()) return found;
    const auto topics = read_version_and_count(metadata);
    if (!topics) return std::nullopt;
    for (std::int32_t topic = 0; topic < *topics; ++topic) {
        auto name = read_name(metadata);
        if (!name) return std::nullopt;
        found.push_back(*std::move(name));
    }
    return found;
}

} // namespace streams::inline v0::kafka
