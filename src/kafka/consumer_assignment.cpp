#include "src/kafka/consumer_assignment.hpp"

#include "src/core/read_big_endian.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace streams::inline v0::kafka {

std::optional<std::vector<topic_partition>> partitions_of_assignment(bytes_view assignment) {
    std::vector<topic_partition> found;
    if (assignment.empty()) return found;
    const auto version = read_big_endian<std::int16_t>(assignment);
    const auto topics = read_big_endian<std::int32_t>(assignment);
    if (!version || !topics || *topics < 0) return std::nullopt;
    for (std::int32_t topic = 0; topic < *topics; ++topic) {
        const auto length = read_big_endian<std::int16_t>(assignment);
        if (!length || *length < 0 || static_cast<std::size_t>(*length) > assignment.size()) return std::nullopt;
        const std::string name(assignment.subview(0, static_cast<std::size_t>(*length)).text());
        assignment = assignment.subview(static_cast<std::size_t>(*length));
        const auto partitions = read_big_endian<std::int32_t>(assignment);
        if (!partitions || *partitions < 0) return std::nullopt;
        for (std::int32_t at = 0; at < *partitions; ++at) {
            const auto partition = read_big_endian<std::int32_t>(assignment);
            if (!partition) return std::nullopt;
            found.push_back({name, *partition});
        }
    }
    return found; // the assignor's own data, which may follow, says nothing of partitions
}

} // namespace streams::inline v0::kafka
