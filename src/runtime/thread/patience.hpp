#pragma once

#include "src/core/stop_source.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/error.hpp>
#include <streams/core/execution.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>

namespace streams::inline v0 {

/// How long whoever was asked to end waits for the cluster, so that what is done is committed.
inline constexpr std::chrono::milliseconds patience_at_the_end{30'000};

/// What one attempt at a call needs for its answer.
inline constexpr std::chrono::milliseconds one_attempt{1'000};

/// How long a call to the cluster is made again for the sake of a task. As in Kafka Streams `task.timeout.ms` begins with the first
/// error, which its clients make of what has failed for `default.api.timeout.ms`: 0 leaves a call the time of one attempt.
[[nodiscard]] constexpr std::chrono::milliseconds time_for_calls(std::chrono::milliseconds task_timeout) noexcept {
    return std::max(task_timeout, one_attempt);
}

/// ` for 300000 ms (task.timeout.ms)`, as every message says for how long something is, or was, tried again.
[[nodiscard]] inline std::string for_task_timeout(std::chrono::milliseconds limit) {
    return concat(" for ", limit.count(), " ms (task.timeout.ms)");
}

/// How long something is waited for, and at whose wish no longer. A value, made when the waiting begins.
class patience {
public:
    /// `stop` ends every wait at once. Both outlive this.
    patience(execution& time, const stop_source& stop, std::chrono::milliseconds limit)
        : time_(&time), stop_(&stop), limit_(limit), begun_(time.steady_ms()),
          deadline_(detail::add_sat(begun_, limit.count())) {}
    /// Of whoever ends since `stop` was requested: until `patience_at_the_end` after that, however short the time of a task is;
    /// nothing ends it sooner.
    [[nodiscard]] static patience at_the_end(execution& time, const stop_source& stop) {
        patience last(time, stop, patience_at_the_end);
        last.stop_ = nullptr;
        last.deadline_ = std::min(last.deadline_, end_of(stop));
        return last;
    }
    /// Until when whoever is in the middle of something may still wait: `never` while no stop was requested.
    [[nodiscard]] static std::int64_t end_of(const stop_source& stop) noexcept {
        return detail::add_sat(stop.requested_at(), patience_at_the_end.count());
    }

    [[nodiscard]] std::int64_t now() const { return time_->steady_ms(); }
    [[nodiscard]] std::chrono::milliseconds limit() const noexcept { return limit_; }
    /// Steady ms, as the deadline.
    [[nodiscard]] std::int64_t begun() const noexcept { return begun_; }
    [[nodiscard]] std::int64_t deadline() const noexcept { return deadline_; }
    [[nodiscard]] bool over() const { return now() >= deadline_; }
    /// Waits until then. Throws stopped_error where the stop comes first.
    void wait_until(std::int64_t then) const {
        if (stop_ == nullptr)
            sleep_until(then);
        else if (stop_->wait_until(then))
            throw stopped_error("the application was asked to end");
    }
    /// The same, whatever is asked to stop.
    void sleep_until(std::int64_t then) const {
        if (const std::int64_t left = then - now(); left > 0) time_->sleep(std::chrono::milliseconds(left));
    }

private:
    execution* time_;
    const stop_source* stop_; ///< null: nothing ends it sooner
    std::chrono::milliseconds limit_;
    std::int64_t begun_;
    std::int64_t deadline_;
};

} // namespace streams::inline v0
