#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace streams::inline v0 {

/// One partition of a topic.
struct topic_partition {
    std::string topic;
    std::int32_t partition = 0;

    friend bool operator==(const topic_partition&, const topic_partition&) = default;
    friend auto operator<=>(const topic_partition&, const topic_partition&) = default;
};

/// Kafka's text for a partition: `topic-3`.
[[nodiscard]] inline std::string to_string(const topic_partition& partition) {
    return partition.partition < 0 ? partition.topic : partition.topic + '-' + std::to_string(partition.partition);
}

} // namespace streams::inline v0

template <>
struct std::hash<streams::topic_partition> {
    std::size_t operator()(const streams::topic_partition& partition) const noexcept {
        return std::hash<std::string>{}(partition.topic) * 31 + static_cast<std::size_t>(partition.partition);
    }
};
