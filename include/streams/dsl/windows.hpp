#pragma once

#include <streams/dsl/detail/time_windows.hpp>

#include <chrono>

namespace streams::inline v0 {

/// Windows side by side, `[start, end)`, aligned to the epoch: `tumbling{5min}`, `tumbling{.size = 5min, .grace = 1min}`
/// (Kafka's `TimeWindows`). A window closes once the largest timestamp seen is `grace` past its end; records for it are
/// dropped then, as late. Without grace the first record at or past the end closes it.
struct tumbling {
    std::chrono::milliseconds size;     ///< above zero
    std::chrono::milliseconds grace{0}; ///< not negative
};

/// Windows that overlap, one beginning every `advance`: `hopping{.size = 5min, .advance = 1min}`; a record counts in each
/// that holds it. Otherwise as tumbling.
struct hopping {
    std::chrono::milliseconds size;     ///< above zero
    std::chrono::milliseconds advance;  ///< above zero, at most size
    std::chrono::milliseconds grace{0}; ///< not negative
};

namespace detail {
/// Throw topology_error for impossible sizes.
[[nodiscard]] time_windows checked(const tumbling& windows);
[[nodiscard]] time_windows checked(const hopping& windows);
} // namespace detail

/// What windowed_by takes.
template <class W>
concept time_window = requires(const W& windows) {
    detail::checked(windows);
};

} // namespace streams::inline v0
