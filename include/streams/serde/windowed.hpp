#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde.hpp>

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

/// A key together with the window it was aggregated in.
template <class Key>
struct windowed {
    Key key;
    streams::window window;

    friend bool operator==(const windowed&, const windowed&) = default;
    friend auto operator<=>(const windowed&, const windowed&) = default;
};

} // namespace streams::inline v0
