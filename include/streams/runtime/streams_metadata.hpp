#pragma once

#include <streams/core/host_info.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What an instance of an application has (Kafka's `StreamsMetadata`). Instances without `application.server` are told
/// as one, of an empty host.
struct streams_metadata {
    host_info host{};
    std::set<std::string> state_store_names{};            ///< of which it has partitions, and global ones
    std::set<topic_partition> topic_partitions{};         ///< that its tasks read
    std::set<std::string> standby_state_store_names{};    ///< of which it keeps standbys
    std::set<topic_partition> standby_topic_partitions{}; ///< that the tasks read of which it keeps standbys

    friend bool operator==(const streams_metadata&, const streams_metadata&) = default;
};

/// Which instance has the row of a key (Kafka's `KeyQueryMetadata`).
struct key_query_metadata {
    host_info active_host{};     ///< empty: it has no `application.server`
    std::int32_t partition = -1; ///< of the store; -1: the store is global, and every instance has all of it
    std::set<host_info>
        standby_hosts{}; ///< that keep standbys of the partition: may be behind, see query_options::stale

    friend bool operator==(const key_query_metadata&, const key_query_metadata&) = default;
};

} // namespace streams::inline v0
