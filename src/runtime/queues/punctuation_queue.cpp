#include "src/runtime/queues/punctuation_queue.hpp"

#include <streams/core/error.hpp>
#include <streams/core/saturation.hpp>

namespace streams::inline v0 {

namespace {

void require_interval(std::chrono::milliseconds interval) {
    if (interval.count() < 1)
        throw topology_error(concat("a punctuation of every ", interval.count(),
                                    " ms cannot be scheduled: the interval must be 1 ms at least"));
}

} // namespace

cancellable punctuation_queue::add(std::int64_t first, std::chrono::milliseconds interval, callback call) {
    require_interval(interval);
    auto cancelled = std::make_shared<bool>(false);
    schedules_.push({first, interval.count(), std::make_shared<callback>(std::move(call)), cancelled});
    return cancellable(std::move(cancelled));
}

cancellable punctuation_queue::add_from(std::int64_t start, std::int64_t now, std::chrono::milliseconds interval,
                                        callback call) {
    require_interval(interval);
    if (start >= now) return add(start, interval, std::move(call));
    // Unsigned, since the two may be further apart than a signed number holds.
    const std::uint64_t passed = static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(start);
    const auto past_grid = static_cast<std::int64_t>(passed % static_cast<std::uint64_t>(interval.count()));
    return add(detail::add_sat(now, interval.count() - past_grid), interval, std::move(call));
}

} // namespace streams::inline v0
