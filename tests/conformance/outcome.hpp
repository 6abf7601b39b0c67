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

} // namespace conformance
