#pragma once

#include <streams/state/store_spec.hpp>
#include <streams/topology/topology.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The full name of a topic of the topology: a repartition topic gets the application id in front.
[[nodiscard]] std::string full_topic_name(const topology& topology, std::string_view application_id,
                                          std::string_view declared);
/// The topic a store is restored from: `<application id>-<store>-changelog`, or its source topic where it reuses that;
/// empty where it logs nothing.
[[nodiscard]] std::string changelog_topic_name(const topology& topology, std::string_view application_id,
                                               const store_spec& store);
/// Whether a source reads a topic because its pattern matches it.
[[nodiscard]] bool is_found_by_pattern(const topology& topology, std::string_view topic);
/// The first source whose pattern matches no topic, or null.
[[nodiscard]] const node_spec* source_without_topics(const topology& topology) noexcept;
/// Throws topology_error where there is one.
void check_patterns(const topology& topology);
/// Throws topology_error where the full name of an internal topic is longer than Kafka allows.
void check_internal_names(const topology& topology, std::string_view application_id);
/// The full names of the topics that the sources of these parts read, in the order of their nodes, each once.
[[nodiscard]] std::vector<std::string> input_topics(const topology& topology, const std::vector<sub_topology>& parts,
                                                    std::string_view application_id);
/// Of all parts.
[[nodiscard]] std::vector<std::string> input_topics(const topology& topology, std::string_view application_id);

} // namespace streams::inline v0
