#include <streams/core/execution.hpp>

namespace streams::inline v0 {

void execution::sleep(std::chrono::milliseconds span) {
    std::mutex mutex;
    const auto nothing = make_condition("the end of a sleep");
    std::unique_lock lock(mutex);
    nothing->wait(lock, after(span), [] { return false; });
}

} // namespace streams::inline v0
