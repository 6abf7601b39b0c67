#pragma once

#include <streams/core/execution.hpp>
#include <streams/runtime/application_state.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace streams::inline v0 {

/// Whether no other state follows.
[[nodiscard]] constexpr bool ended(application_state state) noexcept {
    return state == application_state::not_running || state == application_state::error;
}
/// Whether an application may go from one state to the other (Kafka Streams' table).
[[nodiscard]] bool may_follow(application_state now, application_state next) noexcept;

/// The state of an application: changed by its threads, watched by anybody. Thread-safe. Every change is logged, and
/// the listener hears of the changes one after the other, in their order, with no lock held: it may call anything here.
class application_status {
public:
    /// `application_id`: for the log. `time` outlives it.
    application_status(std::string application_id, execution& time)
        : application_id_(std::move(application_id)), time_(time),
          changed_(time.make_condition("the state of application " + application_id_)) {}

    /// Throws streams_error where the state is not `created` any more.
    void set_listener(state_listener listener);
    /// False, and nothing happens, where `next` may not follow. `reason`: kept where it is an error and none is known.
    bool change(application_state next, std::string reason = {});
    /// To `running` or `rebalancing`, as `all_run` says; it is asked under the lock that changes the state, so that of
    /// several threads that come up at once the last one to ask sees all of them.
    void follow(const std::function<bool()>& all_run);

    [[nodiscard]] application_state state() const;
    [[nodiscard]] std::string error() const;
    /// Whether the calling thread is inside of the listener.
    [[nodiscard]] bool tells_here() const;
    /// Waits until the application is in `wanted`, or has ended, and the listener has heard of it; whether it is in
    /// `wanted`.
    [[nodiscard]] bool wait_for(application_state wanted, std::chrono::milliseconds timeout) const;
    /// Waits for the end; false: not within `timeout`.
    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds timeout) const;

private:
    struct transition {
        application_state now;
        application_state before;
    };
    bool enter(application_state next, std::string reason);
    void tell(std::unique_lock<std::mutex>& lock);
    void tell(const transition& change) const;
    template <class Condition>
    bool wait(std::chrono::milliseconds timeout, Condition&& condition) const;

    const std::string application_id_;
    execution& time_;
    mutable std::mutex mutex_;
    std::unique_ptr<execution::condition> changed_;
    state_listener listener_; ///< constant once the state is not `created`
    application_state state_ = application_state::created;
    std::deque<transition> untold_;
    std::thread::id telling_; ///< the thread that tells what is untold; none: nobody does
    std::string error_;
};

} // namespace streams::inline v0
