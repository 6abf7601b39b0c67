#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace streams::inline v0::detail {

/// Windows of one size, one beginning every `advance`, aligned to the epoch; tumbling where advance equals size.
struct time_windows {
    std::int64_t size;    ///< ms
    std::int64_t advance; ///< ms
    std::int64_t grace;   ///< ms

    /// The start of the first window that holds `timestamp`; the others follow by `advance` up to `timestamp`.
    [[nodiscard]] std::int64_t first_start(std::int64_t timestamp) const noexcept {
        return std::max<std::int64_t>(0, timestamp - size + advance) / advance * advance;
    }
};

/// Throws topology_error where there is no such window. `kind`: `tumbling`, `hopping`.
[[nodiscard]] time_windows checked_windows(std::string_view kind, std::chrono::milliseconds size,
                                           std::chrono::milliseconds advance, std::chrono::milliseconds grace);

} // namespace streams::inline v0::detail
