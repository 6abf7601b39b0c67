#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace streams::inline v0::embedded {

/// What a consumer sleeps on, and logs and groups wake it by. Thread-safe.
class signal {
public:
    void raise() {
        {
            const std::lock_guard lock(mutex_);
            raised_ = true;
        }
        changed_.notify_one();
    }
    void reset() {
        const std::lock_guard lock(mutex_);
        raised_ = false;
    }
    /// Returns when raised since the last reset, or after `span`.
    void wait_for(std::chrono::milliseconds span) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, span, [&] { return raised_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool raised_ = false;
};

} // namespace streams::inline v0::embedded
