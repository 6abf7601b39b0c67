#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/topics/changelog_limits.hpp"

#include <streams/core/config.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// How the topics of a topology are cut into partitions and tasks.
struct topic_layout {
    std::map<std::string, std::int32_t> partitions; ///< of every topic that a source reads, by full name
    std::map<std::int32_t, std::int32_t> tasks;     ///< number of tasks by sub-topology
    std::map<std::string, std::int32_t> internal{}; ///< partitions of repartition topics and changelogs, by full name
    std::map<std::string, std::int32_t, std::less<>> global_partitions{}; ///< of the topics of global stores
    std::map<std::string, changelog_limits> changelogs{}; ///< of all that stores are restored from, by full name
};

/// What the cluster must hold for a topology to run.
struct internal_topics {
    topic_layout layout;
    std::vector<kafka::new_topic> topics; ///< repartition topics and changelogs with their configuration
};

/// What a changelog is created with. REQUIRES: the store logs to one of its own.
[[nodiscard]] std::map<std::string, std::string> changelog_settings(const store_spec& store,
                                                                    const streams_config& config);

/// The topics that its sinks write by name and the application does not create, each once; what a sink chooses for each
/// record is none of them.
[[nodiscard]] std::vector<std::string> output_topics(const topology& topology);

/// Works out counts and configurations. `existing`: partition counts of the external topics that exist.
/// Throws topology_error where one is missing, where co-partitioned topics differ, or a count cannot be derived.
[[nodiscard]] internal_topics plan_internal_topics(const topology& topology, const streams_config& config,
                                                   const std::map<std::string, std::int32_t>& existing);

/// Gives sources with a pattern the topics that match it now. retriable: the cluster did not answer in time. Throws
/// topology_error where a pattern matches none, cluster_error where the cluster refuses.
[[nodiscard]] kafka::result find_topics(topology& topology, const streams_config& config, kafka::admin& admin,
                                        kafka::milliseconds timeout);

/// Plans and creates them, and learns how long the changelogs keep what is in them; where the cluster does not say, what the
/// application asks for is taken. retriable: the cluster did not answer in time, or does not know a topic that a pattern has
/// found, since not all brokers hear of a new one at once. Throws topology_error as the plan does, where an output topic is
/// missing, and where an internal topic exists with another partition count; cluster_error where the cluster refuses.
[[nodiscard]] kafka::result set_up_topics(const topology& topology, const streams_config& config, kafka::admin& admin,
                                          kafka::milliseconds timeout, topic_layout& layout);

/// Follows topics that have grown while the application runs: the layout with the partitions that the group has given
/// to its members. Throws topology_error where the internal topics, which do not grow, are then too narrow, or joined
/// topics differ.
[[nodiscard]] topic_layout grown(topic_layout layout, const topology& topology, const streams_config& config,
                                 std::span<const topic_partition> group);

} // namespace streams::inline v0
