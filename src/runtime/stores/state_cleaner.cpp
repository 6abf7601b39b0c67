#include "src/runtime/stores/state_cleaner.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds shortest_delay{10};
constexpr std::chrono::milliseconds longest_delay = std::chrono::hours(1);

} // namespace

state_cleaner::state_cleaner(log_origin origin, execution& time, state_directory& states,
                             std::chrono::milliseconds delay, std::function<bool()> running)
    : origin_(std::move(origin)), time_(time), states_(states), delay_(delay), running_(std::move(running)),
      stop_(time, "the next look at old state"), thread_(time.start_thread(origin_.thread, [this] { run(); })) {}

state_cleaner::~state_cleaner() {
    stop_.request_stop();
    thread_->join();
}

void state_cleaner::run() noexcept {
    log_origin_here() = origin_;
    while (!stop_.wait_until(time_.after(std::clamp(delay_, shortest_delay, longest_delay)))) {
        try {
            if (running_()) states_.clean(delay_);
        } catch (const std::exception& cause) { // of the file system
            log(log_level::warn, concat("unused state cannot be removed: ", cause.what(), "; trying again later"));
        }
    }
}

} // namespace streams::inline v0
