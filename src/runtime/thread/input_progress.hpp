#pragma once

#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// What a task asks its consumer about an input partition.
class input_progress {
public:
    /// Records in the log that were not polled yet; nullopt: not known yet (Kafka's `Consumer.currentLag`).
    [[nodiscard]] virtual std::optional<std::int64_t> lag(const topic_partition& partition) = 0;
    /// The offset after the last one polled, control records skipped; nullopt before the first.
    [[nodiscard]] virtual std::optional<std::int64_t> position(const topic_partition& partition) = 0;

protected:
    ~input_progress() = default;
};

} // namespace streams::inline v0
