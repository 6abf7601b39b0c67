#pragma once

#include <streams/core/saturation.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace streams::inline v0::detail {

/// The windows of a stream-stream join, as its left side sees them: it joins with `[time - before, time + after]`.
struct join_span {
    std::int64_t before; ///< ms
    std::int64_t after;  ///< ms
    std::int64_t grace;  ///< ms; the sum of all three is not past the largest number

    [[nodiscard]] std::int64_t size() const noexcept { return before + after; }
    [[nodiscard]] std::int64_t retention() const noexcept { return size() + grace; }
    /// The times that a record of `time` joins with, both ends included. The end is before the begin where all of them would
    /// be past the largest number.
    [[nodiscard]] std::int64_t begin_at(std::int64_t time) const noexcept {
        return std::max<std::int64_t>(0, sub_sat(time, before));
    }
    [[nodiscard]] std::int64_t end_at(std::int64_t time) const noexcept {
        constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
        const bool begins_past_all = before < 0 && time > largest + before;
        return begins_past_all ? largest - 1 : std::max<std::int64_t>(0, add_sat(time, after));
    }
    /// As the right side sees them.
    [[nodiscard]] join_span reversed() const noexcept { return {after, before, grace}; }
};

} // namespace streams::inline v0::detail
