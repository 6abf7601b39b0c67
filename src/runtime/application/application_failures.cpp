// What an application does where one of its threads has failed.

#include "src/runtime/application/application.hpp"
#include "src/runtime/thread/shutdown_request.hpp"

#include <streams/core/log.hpp>

#include <utility>

namespace streams::inline v0 {

thread_exception_response kafka_streams::application::answer_for(const std::exception& failure) noexcept {
    ++failed_threads_;
    std::string reason = failure.what();
    const auto response = ask_about(failure, reason);
    if (response != thread_exception_response::replace_thread) fail(response, reason);
    return response;
}

/// Where all instances end, a static member that kept its place would hold up the rebalance by which they are told.
void kafka_streams::application::fail(thread_exception_response response, const std::string& reason) noexcept {
    if (response == thread_exception_response::shutdown_application) all_end_ = true;
    fail(reason);
}

bool kafka_streams::application::goes_on_after(const std::exception& failure) noexcept {
    if (!stop_.stop_requested()) return true;
    fail(failure.what()); // nobody can take its place, and something was not committed
    return false;
}

/// Adds to `reason` where the handler fails too.
thread_exception_response kafka_streams::application::ask_about(const std::exception& failure,
                                                                std::string& reason) noexcept {
    try {
        if (on_uncaught_) return on_uncaught_(failure);
    } catch (const std::exception& cause) {
        reason += concat("; and the uncaught exception handler threw: ", cause.what());
    } catch (...) {
        reason += "; and the uncaught exception handler threw what is no std::exception";
    }
    return thread_exception_response::shutdown_client;
}

void kafka_streams::application::fail_without_replacement(const std::exception& failure) noexcept {
    std::string reason = failure.what();
    const auto response = ask_about(failure, reason);
    if (response == thread_exception_response::replace_thread)
        log(log_level::warn, concat("application ", config_.application_id,
                                    " has no other thread for what has failed; it ends instead"));
    fail(response, reason);
    if (response == thread_exception_response::shutdown_application) tell_all_to_end();
}

void kafka_streams::application::tell_all_to_end() noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(told_all_, true) || topology_.sub_topologies().empty()) return;
    }
    request_shutdown(*environment_, views_->newest().topology);
}

} // namespace streams::inline v0
