#include "src/runtime/punctuation_queue.hpp"

#include <streams/core/error.hpp>

namespace streams::inline v0 {

cancellable punctuation_queue::add(std::int64_t first, std::chrono::milliseconds interval, callback call) {
    if (interval.count() < 1)
        throw topology_error(concat("a punctuation of every ", interval.count(),
                                    " ms cannot be scheduled: the interval must be 1 ms at least"));
    auto cancelled = std::make_shared<bool>(false);
    schedules_.push({first, interval.count(), std::make_shared<callback>(std::move(call)), cancelled});
    return cancellable(std::move(cancelled));
}

} // namespace streams::inline v0
