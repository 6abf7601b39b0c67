#pragma once

#include <streams/serde/window_ends.hpp>

#include <chrono>
#include <optional>

namespace streams::inline v0::detail {

/// What the table of an aggregation is to those below it.
struct aggregated_times {
    std::optional<streams::window_ends> window_ends{}; ///< of its time-windowed keys
    std::optional<std::chrono::milliseconds> grace{};  ///< how long past its end a window is open
};

} // namespace streams::inline v0::detail
