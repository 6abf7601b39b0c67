#pragma once

#include "operations.hpp"

#include <cstdint>
#include <string>

namespace conformance {

/// What became of a vector.
struct outcome {
    enum class verdict { passed, failed, skipped };
    verdict result = verdict::passed;
    std::string reason{}; ///< the first difference, why it was skipped, or to what it was compared otherwise
    std::uint64_t rows_read_back =
        0; ///< that stores did not have in memory: from the disk, or at a restart from changelogs
};

/// Builds the topology of a vector, and compares what it describes and does with what Kafka Streams did.
[[nodiscard]] outcome run(const json& vector);

/// The same with stores on disk, in the memory that an application has by default.
[[nodiscard]] outcome run_on_disk(const json& vector);
/// The same with the least memory there may be: whatever is committed is on the disk only, and read back from there.
[[nodiscard]] outcome run_spilled(const json& vector);

/// Runs a vector record by record on an embedded cluster of one partition. Half way the application is closed and loses its
/// state folder, so that it goes on with what its changelogs say. After each record all topics are compared with the test
/// driver's. Where these differ, since stream times do, they are compared with a run without the restart (the driver has one
/// task, and a cluster one for each part of a topology), or with one whose restart keeps the folder (nodes have stream times
/// that they forget). Skips vectors whose results depend on which of the records that are under way at the same time comes first.
[[nodiscard]] outcome run_restarted(const json& vector);

/// Runs a vector through the whole runtime: an embedded cluster, 4 partitions, two instances of which one leaves and comes
/// back, and compares what the output topics come to with what the driver makes of 4 partitions. Skips vectors whose
/// results depend on the order across partitions, which no cluster promises.
[[nodiscard]] outcome run_on_cluster(const json& vector);
/// The same exactly once: what is compared is what a reader of committed records is given.
[[nodiscard]] outcome run_on_cluster_exactly_once(const json& vector);

/// Runs a specification, captured or not, on the test driver with one partition and with 4, and compares what they write:
/// of every topic and key the same records, in whatever order; of foreign-key joins, which send what soon is overtaken, the
/// same last value. Input comes in order of time where windows, versioned tables or joins of streams look at it, since each
/// task has a stream time of its own. Skips specifications whose results depend on it even so, or on the order of records
/// that are under way at the same time.
[[nodiscard]] outcome run_partitioned(const json& spec);

} // namespace conformance
