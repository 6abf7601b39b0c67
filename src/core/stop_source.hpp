#pragma once

#include <streams/core/execution.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// The wish that something ends, and the waits that it ends at once (Seastar's `abort_source`). Thread-safe.
class stop_source {
public:
    /// `name`: of what is to end. `by` outlives this.
    stop_source(execution& by, std::string name) : execution_(by), changed_(by.make_condition(std::move(name))) {}

    /// The first call counts.
    void request_stop() noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (stop_requested()) return;
            requested_at_.store(execution_.steady_ms(), std::memory_order_release);
        }
        changed_->notify_all();
    }
    [[nodiscard]] bool stop_requested() const noexcept { return requested_at() != never; }
    /// Steady ms; `never` before.
    [[nodiscard]] std::int64_t requested_at() const noexcept { return requested_at_.load(std::memory_order_acquire); }
    /// Waits until `deadline` of the steady clock. True: a stop was requested, then or before.
    bool wait_until(std::int64_t deadline) const {
        std::unique_lock lock(mutex_);
        return changed_->wait(lock, deadline, [this] { return stop_requested(); });
    }

private:
    execution& execution_;
    std::unique_ptr<execution::condition> changed_;
    mutable std::mutex mutex_;
    std::atomic<std::int64_t> requested_at_{never};
};

} // namespace streams::inline v0
