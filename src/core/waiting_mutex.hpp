#pragma once

#include <streams/core/execution.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace streams::inline v0 {

/// A mutex that may be held while its holder waits for something else: who wants it waits as the execution has it.
class waiting_mutex {
public:
    waiting_mutex(execution& by, std::string name) : freed_(by.make_condition(std::move(name))) {}

    void lock() { static_cast<void>(lock_until(never)); }
    /// False: it was not free until `deadline` of the steady clock.
    [[nodiscard]] bool lock_until(std::int64_t deadline) {
        std::unique_lock lock(mutex_);
        if (!freed_->wait(lock, deadline, [this] { return !held_; })) return false;
        held_ = true;
        return true;
    }
    void unlock() noexcept {
        {
            const std::lock_guard lock(mutex_);
            held_ = false;
        }
        freed_->notify_all();
    }

private:
    std::unique_ptr<execution::condition> freed_;
    std::mutex mutex_;
    bool held_ = false;
};

} // namespace streams::inline v0
