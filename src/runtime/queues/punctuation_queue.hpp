#pragma once

#include "src/runtime/queues/priority_heap.hpp"

#include <streams/core/saturation.hpp>
#include <streams/topology/task_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace streams::inline v0 {

/// The schedules of one task that follow one clock (Kafka's `PunctuationQueue`). A callback may add schedules and
/// cancel any, its own too.
class punctuation_queue {
public:
    using callback = std::function<void(std::int64_t)>;

    /// `first`: when it is due at first, in the clock's ms. Throws topology_error unless interval >= 1 ms.
    cancellable add(std::int64_t first, std::chrono::milliseconds interval, callback call);
    /// The same, due at first at `start` or, where that is before `now`, at the first later time `start + n * interval`; at
    /// the largest time where there is none.
    cancellable add_from(std::int64_t start, std::int64_t now, std::chrono::milliseconds interval, callback call);

    /// Whether anything is due at `now`. Cancelled schedules may count.
    [[nodiscard]] bool due(std::int64_t now) const noexcept {
        return !schedules_.empty() && schedules_.top().at <= now;
    }
    /// Runs what is due at `now` by `run(callback)`; calls missed collapse into one. How many ran.
    template <class Run>
    std::size_t punctuate(std::int64_t now, Run&& run) {
        std::size_t ran = 0;
        while (due(now)) {
            schedule next = schedules_.pop();
            if (*next.cancelled) continue;
            ++ran;
            run(*next.call);
            if (*next.cancelled) continue;
            if (next.pass(now)) schedules_.push(std::move(next));
        }
        return ran;
    }
    void clear() noexcept { schedules_.clear(); }

private:
    struct schedule {
        std::int64_t at;
        std::int64_t interval;
        std::shared_ptr<callback> call;
        std::shared_ptr<bool> cancelled;

        /// Moves on to the first time after `now`; false: time ends before.
        bool pass(std::int64_t now) noexcept {
            const std::int64_t last = now - (now - at) % interval;
            if (detail::exceeds_largest(last, interval)) return false;
            at = last + interval;
            return true;
        }
    };
    struct sooner {
        bool operator()(const schedule& a, const schedule& b) const noexcept { return a.at < b.at; }
    };
    priority_heap<schedule, sooner> schedules_;
};

} // namespace streams::inline v0
