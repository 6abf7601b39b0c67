#pragma once

#include "operations.hpp"

#include <string>

namespace conformance {

/// What became of a vector.
struct outcome {
    enum class verdict { passed, failed, skipped };
    verdict result = verdict::passed;
    std::string reason; ///< the first difference, or why it was skipped
};

/// Builds the topology of a vector, and compares what it describes and does with what Kafka Streams did.
[[nodiscard]] outcome run(const json& vector);

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
