// What an application waits for before its tasks run: the topics, and global stores.

#include "src/runtime/application/application.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds attempt_timeout{2000}; ///< also how long a close may wait then
constexpr milliseconds longest_setup_pause{10'000};
/// Until the next look at the topics where the cluster has not answered, or does not know all of them yet.
constexpr milliseconds next_attempt{1000};

} // namespace

bool kafka_streams::application::set_up(milliseconds timeout) {
    topic_view found{topology_, {}};
    auto answer = find_topics(found.topology, config_, *admin_, timeout);
    if (answer) answer = set_up_topics(found.topology, config_, *admin_, timeout, found.layout);
    if (answer) {
        views_->add(std::move(found));
        return true;
    }
    if (!cluster_was_away_.exchange(true))
        log(log_level::info, concat("application ", config_.application_id, " waits for the cluster: ", answer.reason(),
                                    "; trying again until it answers"));
    return false;
}

/// One of the threads sees to the topics, and the next where that one is asked to stop, or fails.
bool kafka_streams::application::await_topics(const stop_source& stop) {
    std::unique_lock lock(mutex_);
    while (!topics_ready_ && !stop.stop_requested()) {
        if (setting_up_) {
            progressed_->wait(lock, never);
            continue;
        }
        setting_up_ = true;
        lock.unlock();
        std::exception_ptr failure;
        bool ready = false;
        try {
            ready = set_up_patiently(stop);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        topics_ready_ = ready;
        setting_up_ = false;
        progressed_->notify_all();
        if (failure) std::rethrow_exception(failure);
    }
    return topics_ready_ && !stop.stop_requested();
}

bool kafka_streams::application::set_up_patiently(const stop_source& stop) {
    for (milliseconds pause{100}; !set_up(attempt_timeout); pause = std::min(pause * 2, longest_setup_pause))
        if (stop.wait_until(time_.after(pause))) return false;
    return true;
}

void kafka_streams::application::run_watch() noexcept {
    enter(watch_name());
    try {
        topic_watch watch(config_, *admin_, *views_);
        if (await_topics(stop_))
            for (milliseconds pause = between_looks(config_); await_look(pause);)
                pause = watch.look() ? between_looks(config_) : next_attempt;
    } catch (const stopped_error&) { // while it waited for the cluster
    } catch (const std::exception& cause) {
        fail_without_replacement(cause);
    } catch (...) {
        fail_without_replacement(
            streams_error("an exception that is no std::exception left the thread that looks for topics"));
    }
    {
        const std::lock_guard lock(mutex_);
        watch_ended_ = true;
    }
    end_when_all_have();
}

/// False: the application ends.
bool kafka_streams::application::await_look(milliseconds pause) {
    std::unique_lock lock(mutex_);
    progressed_->wait(lock, time_.after(pause), [&] { return topics_changed_ || stop_.stop_requested(); });
    topics_changed_ = false;
    return !stop_.stop_requested();
}

void kafka_streams::application::look_for_topics() noexcept {
    {
        const std::lock_guard lock(mutex_);
        topics_changed_ = true;
    }
    progressed_->notify_all();
}

bool kafka_streams::application::await_readiness(const stop_source& stop) {
    if (!await_topics(stop)) return false;
    std::unique_lock lock(mutex_);
    progressed_->wait(lock, never, [&] { return globals_ready_ || stop.stop_requested(); });
    return !stop.stop_requested();
}

void kafka_streams::application::stopped() noexcept {
    {
        const std::lock_guard lock(mutex_); // who has looked for a stop under it is waiting now
    }
    progressed_->notify_all();
}

} // namespace streams::inline v0
