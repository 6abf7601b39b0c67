#pragma once

#include <streams/runtime/application_state.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace streams::inline v0 {

/// Whether no other state follows.
[[nodiscard]] constexpr bool ended(application_state state) noexcept {
    return state == application_state::not_running || state == application_state::error;
}
/// Whether an application may go from one state to the other (Kafka Streams' table).
[[nodiscard]] bool may_follow(application_state now, application_state next) noexcept;

/// The state of an application: changed by its threads, watched by anybody. Thread-safe. The listener hears of the
/// changes one after the other, in their order, with no lock held that a getter needs.
class application_status {
public:
    void set_listener(state_listener listener);
    /// False, and nothing happens, where `next` may not follow. `reason`: kept where it is an error and none is known.
    bool change(application_state next, std::string reason = {});

    [[nodiscard]] application_state state() const;
    [[nodiscard]] std::string error() const;
    /// Waits until the application is in `wanted`, or has ended; whether it is in `wanted`.
    [[nodiscard]] bool wait_for(application_state wanted, std::chrono::milliseconds timeout) const;
    /// Waits for the end; false: not within `timeout`.
    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds timeout) const;

private:
    template <class Condition>
    bool wait(std::chrono::milliseconds timeout, Condition&& condition) const;

    std::mutex changing_; ///< held while the listener is told, so that it hears of changes in order
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    state_listener listener_;
    application_state state_ = application_state::created;
    std::string error_;
};

} // namespace streams::inline v0
