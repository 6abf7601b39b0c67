#include "src/runtime/patience.hpp"
#include "src/runtime/stream_thread.hpp"

#include <streams/core/log.hpp>

#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds reopen_pause{1000};

} // namespace

void stream_thread::turn_or_recover() {
    std::exception_ptr failure;
    for (;;) {
        try {
            if (failure) return recover(failure);
            turn();
            if (tasks_.all_running()) failing_since_.reset();
            return;
        } catch (const fenced_error&) { // each of these may come up again while another is recovered from
            failure = std::current_exception();
        } catch (const corrupt_task_error&) {
            failure = std::current_exception();
        } catch (const lost_records_error&) {
            failure = std::current_exception();
        } catch (const state_error&) {
            failure = std::current_exception();
        }
    }
}

void stream_thread::recover(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const fenced_error& cause) {
        log(log_level::info, concat(name_, " lost its tasks and joins again: ", cause.what()));
        give_up();
        // The group does not know of every fence, and assigns nothing to a member that it takes for a healthy one.
        subscribe();
    } catch (const corrupt_task_error& cause) {
        if (owned_task* owned = tasks_.find(cause.task())) restart(*owned, &cause);
    } catch (const std::exception& cause) {
        restart_all(cause);
    }
}

void stream_thread::give_up() {
    close_tasks();
    // What the producer still holds must not follow the writes of the next owners (KAFKA-12693), and a fenced one is of no
    // use: a new one takes its place.
    producer_->close();
    producer_ = make_producer();
    collector_.use(*producer_);
}

void stream_thread::close_tasks() noexcept {
    set_running(false);
    assigned_ = false;
    for (const auto& each : tasks_.all())
        if (each->stores) restorer_.remove(*each->stores);
    tasks_.close_all_dirty();
    valve_.forget();
    starts_.clear();
}

void stream_thread::restart(owned_task& owned, const corrupt_task_error* damage) {
    set_running(false);
    if (owned.stores) restorer_.remove(*owned.stores);
    tasks_.reset(owned, damage);
    valve_.forget(owned.inputs);
    const auto& time_limit = environment_.config.task_timeout;
    call_patiently(environment_.time, time_limit, "pause the inputs of a task that starts again",
                   [&] { return consumer_->pause(owned.inputs); });
    auto found = find_start_positions(*consumer_, environment_.what, environment_.config, environment_.time,
                                      owned.inputs);
    owned.committed = std::move(found.committed);
    for (const auto& [partition, offset] : found.positions) {
        starts_[partition] = offset;
        call_patiently(environment_.time, time_limit, concat("seek in ", to_string(partition)),
                       [&] { return consumer_->seek(partition, offset); });
    }
}

void stream_thread::restart_all(const std::exception& cause) {
    const std::int64_t now = environment_.time.steady_ms();
    if (!failing_since_) {
        log(log_level::warn, concat(name_, " starts its tasks again from their last commit: ", cause.what()));
        failing_since_ = now;
    }
    if (now - *failing_since_ >= environment_.config.task_timeout.count())
        throw cluster_error(concat(cause.what(), "; tried again for ", environment_.config.task_timeout.count(),
                                   " ms (task.timeout.ms)"));
    reopen_at_ = now + reopen_pause.count();
    for (const auto& each : tasks_.all()) restart(*each);
}

} // namespace streams::inline v0
