#pragma once

#include "src/runtime/state_directory.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace streams::inline v0 {

/// Removes, on a thread of its own, the state that nobody has used for a while (Kafka Streams' state cleaner): every
/// `delay`, if the application is running then, since who has which task is only known then.
class state_cleaner {
public:
    /// `running`: called on that thread. All outlive the cleaner.
    state_cleaner(state_directory& states, std::chrono::milliseconds delay, std::function<bool()> running);
    /// Waits for a removal that is under way.
    ~state_cleaner();
    state_cleaner(const state_cleaner&) = delete;
    state_cleaner& operator=(const state_cleaner&) = delete;

private:
    void run() noexcept;

    state_directory& states_;
    std::chrono::milliseconds delay_;
    std::function<bool()> running_;
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ended_ = false;
    std::thread thread_;
};

} // namespace streams::inline v0
