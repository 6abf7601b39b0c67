#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/patience.hpp"

#include <streams/core/config.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Where tasks begin to read.
struct start_positions {
    std::vector<std::pair<topic_partition, std::int64_t>> positions; ///< every partition asked for
    std::vector<kafka::committed_offset> committed;                  ///< those that the group had committed
};

/// Where a source topic begins without a committed offset: as its source says, else as configured; a repartition topic
/// always at its beginning, since nobody else reads it.
[[nodiscard]] offset_reset reset_of(const topology& topology, const streams_config& config, std::string_view full_name);

/// Asks the group for its committed offsets, and the log for its bounds where there is none. Tries again as long as
/// `within` allows, then throws cluster_error; throws fenced_error, and cluster_error for a partition without a committed
/// offset where auto.offset.reset is none.
[[nodiscard]] start_positions find_start_positions(kafka::consumer& consumer, const topology& topology,
                                                   const streams_config& config, const patience& within,
                                                   std::span<const topic_partition> partitions);

} // namespace streams::inline v0
