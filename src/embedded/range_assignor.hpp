#pragma once

#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0::embedded {

/// A group member, as an assignor sees it.
struct subscription {
    std::string member_id;
    std::string instance_id; ///< empty: a dynamic member
    std::vector<std::string> topics;
};

/// Kafka's `RangeAssignor`: each topic is cut into consecutive ranges, one for each member that subscribes to it, in the
/// order of the members: static ones first, by instance id, then the others by member id. So equal subscriptions give a
/// member the same partitions of every topic. The answer has the order of `members`; topics without partitions are
/// left out.
[[nodiscard]] std::vector<std::vector<topic_partition>> assign_ranges(
    std::span<const subscription> members, const std::map<std::string, std::int32_t>& partition_counts);

} // namespace streams::inline v0::embedded
