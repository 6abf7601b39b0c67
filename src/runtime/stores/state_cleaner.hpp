#pragma once

#include "src/core/log_scope.hpp"
#include "src/core/stop_source.hpp"
#include "src/runtime/stores/state_directory.hpp"

#include <streams/core/execution.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace streams::inline v0 {

/// Removes, on a thread of its own, the state that nobody has used for a while (Kafka Streams' state cleaner): every
/// `delay`, if the application is running then, since who has which task is only known then.
class state_cleaner {
public:
    /// `origin`: its thread and application. `running`: called on the thread. All outlive the cleaner.
    state_cleaner(log_origin origin, execution& time, state_directory& states, std::chrono::milliseconds delay,
                  std::function<bool()> running);
    /// Waits for a removal that is under way.
    ~state_cleaner();
    state_cleaner(const state_cleaner&) = delete;
    state_cleaner& operator=(const state_cleaner&) = delete;

private:
    void run() noexcept;

    log_origin origin_;
    execution& time_;
    state_directory& states_;
    std::chrono::milliseconds delay_;
    std::function<bool()> running_;
    stop_source stop_;
    std::unique_ptr<execution::thread> thread_;
};

} // namespace streams::inline v0
