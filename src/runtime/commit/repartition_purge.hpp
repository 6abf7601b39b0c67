#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/config.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

namespace streams::inline v0 {

/// Deletes from repartition topics what is committed, since nobody reads it again
/// (`repartition.purge.interval.ms`, DeleteRecords).
class repartition_purge {
public:
    repartition_purge(const topology& topology, const streams_config& config, kafka::admin& admin, const clock& time);

    /// Takes note of committed offsets, and deletes before them when it is time. A failure is tried again next time.
    void committed(std::span<const kafka::committed_offset> offsets);

private:
    kafka::admin& admin_;
    const clock& time_;
    std::int64_t interval_;
    std::int64_t next_;
    std::set<std::string> topics_;
    std::map<topic_partition, std::int64_t> deletable_;
};

} // namespace streams::inline v0
