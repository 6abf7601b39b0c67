#include "src/runtime/application_status.hpp"

#include <utility>

namespace streams::inline v0 {

std::string_view to_string(application_state state) noexcept {
    switch (state) {
    case application_state::created: return "CREATED";
    case application_state::rebalancing: return "REBALANCING";
    case application_state::running: return "RUNNING";
    case application_state::pending_shutdown: return "PENDING_SHUTDOWN";
    case application_state::not_running: return "NOT_RUNNING";
    case application_state::pending_error: return "PENDING_ERROR";
    case application_state::error: return "ERROR";
    }
    return "UNKNOWN";
}

bool may_follow(application_state now, application_state next) noexcept {
    using enum application_state;
    switch (now) {
    case created: return next == rebalancing || next == pending_shutdown || next == pending_error;
    case rebalancing: return next == running || next == pending_shutdown || next == pending_error;
    case running: return next == rebalancing || next == pending_shutdown || next == pending_error;
    case pending_shutdown: return next == not_running || next == pending_error;
    case pending_error: return next == error;
    case not_running:
    case error: return false;
    }
    return false;
}

void application_status::set_listener(state_listener listener) {
    const std::lock_guard telling(changing_);
    listener_ = std::move(listener);
}

bool application_status::change(application_state next, std::string reason) {
    const std::lock_guard telling(changing_);
    application_state before;
    {
        const std::lock_guard lock(mutex_);
        if (!may_follow(state_, next)) return false;
        before = std::exchange(state_, next);
        if (error_.empty() && next == application_state::pending_error) error_ = std::move(reason);
    }
    if (listener_) listener_(next, before);
    changed_.notify_all();
    return true;
}

application_state application_status::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::string application_status::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

template <class Condition>
bool application_status::wait(std::chrono::milliseconds timeout, Condition&& condition) const {
    // A deadline far enough in the future would overflow the clock.
    constexpr std::chrono::hours longest{24 * 365};
    std::unique_lock lock(mutex_);
    if (timeout >= longest) {
        changed_.wait(lock, condition);
        return true;
    }
    return changed_.wait_for(lock, timeout, condition);
}

bool application_status::wait_for(application_state wanted, std::chrono::milliseconds timeout) const {
    if (!wait(timeout, [&] { return state_ == wanted || ended(state_); })) return false;
    return state() == wanted;
}

bool application_status::wait_for_end(std::chrono::milliseconds timeout) const {
    return wait(timeout, [&] { return ended(state_); });
}

} // namespace streams::inline v0
