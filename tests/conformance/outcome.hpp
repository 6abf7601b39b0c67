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

} // namespace conformance
