#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// How far a partition of a store is behind its changelog (Kafka's `LagInfo`, KIP-535), in offsets of the changelog.
struct lag_info {
    std::int64_t current_offset_position = 0; ///< the offset that it reads next; 0: it has not begun
    std::int64_t end_offset_position = 0;     ///< of the changelog

    /// More than what is to be read where the changelog has lost or compacted records.
    [[nodiscard]] std::int64_t offset_lag() const noexcept {
        return end_offset_position > current_offset_position ? end_offset_position - current_offset_position : 0;
    }
    friend bool operator==(const lag_info&, const lag_info&) = default;
};

} // namespace streams::inline v0
