#pragma once

#include <cstdint>

namespace streams::inline v0::detail {

/// The windows of a stream-stream join, as its left side sees them: it joins with `[time - before, time + after]`.
struct join_span {
    std::int64_t before; ///< ms
    std::int64_t after;  ///< ms
    std::int64_t grace;  ///< ms

    [[nodiscard]] std::int64_t size() const noexcept { return before + after; }
    [[nodiscard]] std::int64_t retention() const noexcept { return size() + grace; }
    /// As the right side sees them.
    [[nodiscard]] join_span reversed() const noexcept { return {after, before, grace}; }
};

} // namespace streams::inline v0::detail
