#pragma once

#include <streams/core/saturation.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace streams::inline v0 {

/// When a thread commits: every `commit.interval.ms`, from one beginning to the next, so that what is written is committed after
/// the interval and one commit at most. A commit that takes long leaves as much time for work as it took, up to the
/// interval. Times are steady ms.
class commit_pace {
public:
    explicit commit_pace(std::chrono::milliseconds interval) noexcept : interval_(interval.count()) {}

    [[nodiscard]] std::int64_t next() const noexcept { return next_; }
    [[nodiscard]] bool due(std::int64_t now) const noexcept { return now >= next_; }

    void begun(std::int64_t now) noexcept {
        begun_ = now;
        next_ = detail::add_sat(now, interval_);
    }
    void ended(std::int64_t now) noexcept {
        next_ = std::max(next_, detail::add_sat(now, std::min(interval_, detail::sub_sat(now, begun_))));
    }
    /// What is done by now is committed as soon as there is something.
    void hasten(std::int64_t now) noexcept { next_ = std::min(next_, now); }

private:
    std::int64_t interval_;
    std::int64_t begun_ = 0;
    std::int64_t next_ = 0;
};

} // namespace streams::inline v0
