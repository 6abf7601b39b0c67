#pragma once

#include <streams/core/execution.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace streams::inline v0::embedded {

/// What a consumer waits on, and logs and groups wake it by. Thread-safe.
class signal {
public:
    /// `name`: of who waits. `by` outlives this.
    signal(execution& by, std::string name) : changed_(by.make_condition(std::move(name))) {}

    void raise() {
        {
            const std::lock_guard lock(mutex_);
            raised_ = true;
        }
        changed_->notify_all();
    }
    void reset() {
        const std::lock_guard lock(mutex_);
        raised_ = false;
    }
    /// Returns when raised since the last reset, or at `deadline` of the steady clock.
    void wait_until(std::int64_t deadline) {
        std::unique_lock lock(mutex_);
        changed_->wait(lock, deadline, [&] { return raised_; });
    }

private:
    std::unique_ptr<execution::condition> changed_;
    std::mutex mutex_;
    bool raised_ = false;
};

} // namespace streams::inline v0::embedded
