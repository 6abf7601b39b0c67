#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace streams::inline v0 {

/// A span of time, ms since the epoch. Time windows are `[start, end)`, sliding and session windows `[start, end]`.
struct window {
    std::int64_t start = 0;
    std::int64_t end = 0;

    friend bool operator==(const window&, const window&) = default;
    friend auto operator<=>(const window&, const window&) = default;
};

/// The end of a window whose end is not known.
inline constexpr std::int64_t unknown_window_end = std::numeric_limits<std::int64_t>::max();

} // namespace streams::inline v0
