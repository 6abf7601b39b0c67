#pragma once

#include <streams/core/saturation.hpp>

#include <cstdint>

namespace streams::inline v0::detail {

/// What is done at most once in an interval of the wall clock. A clock that is set back further than that is not waited for.
class wall_clock_pace {
public:
    /// Whether it is time; then it is taken as done.
    [[nodiscard]] bool due(std::int64_t now_ms, std::int64_t interval_ms) noexcept {
        if (now_ms < next_ms_ && sub_sat(next_ms_, now_ms) <= interval_ms) return false;
        next_ms_ = add_sat(now_ms, interval_ms);
        return true;
    }

private:
    std::int64_t next_ms_ = 0;
};

} // namespace streams::inline v0::detail
