#include "src/runtime/application/application_status.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>

#include <exception>
#include <utility>

namespace streams::inline v0 {

std::string_view to_string(application_state state) noexcept {
    switch (state) {
    case application_state::created:
        return "CREATED";
    case application_state::rebalancing:
        return "REBALANCING";
    case application_state::running:
        return "RUNNING";
    case application_state::pending_shutdown:
        return "PENDING_SHUTDOWN";
    case application_state::not_running:
        return "NOT_RUNNING";
    case application_state::pending_error:
        return "PENDING_ERROR";
    case application_state::error:
        return "ERROR";
    }
    return "UNKNOWN";
}

bool may_follow(application_state now, application_state next) noexcept {
    using enum application_state;
    switch (now) {
    case created:
        return next == rebalancing || next == pending_shutdown || next == pending_error;
    case rebalancing:
        return next == running || next == pending_shutdown || next == pending_error;
    case running:
        return next == rebalancing || next == pending_shutdown || next == pending_error;
    case pending_shutdown:
        return next == not_running || next == pending_error;
    case pending_error:
        return next == error;
    case not_running:
    case error:
        return false;
    }
    return false;
}

void application_status::set_listener(state_listener listener) {
    const std::lock_guard lock(mutex_);
    if (state_ != application_state::created)
        throw streams_error(concat("application ", application_id_, " cannot be given a state listener in state ",
                                   to_string(state_), "; set it before start()"));
    listener_ = std::move(listener);
}

bool application_status::change(application_state next, std::string reason) {
    std::unique_lock lock(mutex_);
    if (!enter(next, std::move(reason))) return false;
    tell(lock);
    return true;
}

void application_status::follow(const std::function<bool()>& all_run) {
    std::unique_lock lock(mutex_);
    if (enter(all_run() ? application_state::running : application_state::rebalancing, {})) tell(lock);
}

bool application_status::enter(application_state next, std::string reason) {
    if (!may_follow(state_, next)) return false;
    untold_.push_back({next, std::exchange(state_, next)});
    if (error_.empty() && next == application_state::pending_error) error_ = std::move(reason);
    return true;
}

void application_status::tell(std::unique_lock<std::mutex>& lock) {
    if (telling_ != std::thread::id{}) return; // that thread goes on with what was just added
    telling_ = std::this_thread::get_id();
    while (!untold_.empty()) {
        const transition next = untold_.front();
        untold_.pop_front();
        lock.unlock();
        tell(next);
        lock.lock();
    }
    telling_ = {};
    changed_->notify_all();
}

void application_status::tell(const transition& change) const {
    log(log_level::info,
        concat("application ", application_id_, " is ", to_string(change.now), ", it was ", to_string(change.before)));
    try {
        if (listener_) listener_(change.now, change.before);
    } catch (const std::exception& cause) {
        log(log_level::error, concat("the state listener of application ", application_id_, " threw at ",
                                     to_string(change.now), ": ", cause.what(), "; catch it there"));
    } catch (...) {
        log(log_level::error, concat("the state listener of application ", application_id_, " threw at ",
                                     to_string(change.now), " what is no std::exception; catch it there"));
    }
}

application_state application_status::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::string application_status::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

bool application_status::tells_here() const {
    const std::lock_guard lock(mutex_);
    return telling_ == std::this_thread::get_id();
}

template <class Condition>
bool application_status::wait(std::chrono::milliseconds timeout, Condition&& condition) const {
    const std::int64_t deadline = time_.after(timeout);
    std::unique_lock lock(mutex_);
    return changed_->wait(lock, deadline, [&] {
        return condition() && (telling_ == std::thread::id{} || telling_ == std::this_thread::get_id());
    });
}

bool application_status::wait_for(application_state wanted, std::chrono::milliseconds timeout) const {
    bool reached = false;
    return wait(timeout,
                [&] {
                    reached = state_ == wanted;
                    return reached || ended(state_);
                }) &&
           reached;
}

bool application_status::wait_for_end(std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return ended(state_); });
}

} // namespace streams::inline v0
