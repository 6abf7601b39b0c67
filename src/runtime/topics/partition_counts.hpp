#pragma once

#include <streams/topology/topology.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace streams::inline v0 {

/// The partition count of every source topic of a topology by declared name: external ones as they exist, repartition
/// topics as declared, as their co-partition group asks, or as many as the widest input of the tasks that write them.
/// Throws topology_error where a topic is missing, a group's counts differ, or a count cannot be derived.
[[nodiscard]] std::map<std::string, std::int32_t> partition_counts(const topology& topology,
                                                                   const std::map<std::string, std::int32_t>& existing);

} // namespace streams::inline v0
