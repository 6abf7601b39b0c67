#include "src/core/log_scope.hpp"
#include "src/runtime/thread/recovery.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds reopen_pause{1000};
constexpr std::string_view create_topic = "create the topic, or see whether the brokers are reachable";

/// Whether all that lies before the position is committed.
bool covers(std::span<const kafka::committed_offset> committed, const trouble::position& position) {
    const auto found = std::ranges::find(committed, position.input, &kafka::committed_offset::partition);
    return position.offset == 0 || (found != committed.end() && found->offset >= position.offset);
}

} // namespace

void stream_thread::turn_or_recover() {
    std::exception_ptr failure;
    for (;;) {
        try {
            if (failure) return recover(failure);
            return turn();
        } catch (...) { // one may come up while another is recovered from
            failure = std::current_exception();
            if (recovery_of(failure) == recovery::none) throw;
        }
    }
}

void stream_thread::recover(const std::exception_ptr& failure) {
    set_running(false);
    taking_on_.reset(); // tasks that it takes for suspended may be opened anew now
    switch (recovery_of(failure)) {
    case recovery::join_again:
        log(log_level::info, concat(name_, " lost its tasks and joins again: ", message_of(failure)));
        give_up();
        // The group does not know of every fence, and assigns nothing to a member that it takes for a healthy one.
        subscribing_ = environment_.retried("subscribe");
        return;
    case recovery::rebuild_store:
        try {
            std::rethrow_exception(failure);
        } catch (const corrupt_task_error& damage) {
            return rebuild(damage);
        }
    case recovery::roll_back:
        pause_to_recover(failure);
        return undo();
    case recovery::pass_over:
        if (!std::exchange(refusal_logged_, true))
            log(log_level::warn, concat(name_, " goes back to its last commit: ", message_of(failure),
                                        "; for further records that are refused without another line"));
        return undo();
    case recovery::set_aside:
        try {
            std::rethrow_exception(failure);
        } catch (const unknown_partitions_error& cause) {
            return set_aside(cause);
        }
    case recovery::open_anew:
        pause_to_recover(failure);
        return open_anew();
    case recovery::open_again:
        pause_to_recover(failure);
        return open_again();
    case recovery::none:
        std::rethrow_exception(failure);
    }
}

void stream_thread::give_up() {
    const auto lost = close_tasks();
    committer_->renew();
    if (lost) std::rethrow_exception(lost);
}

std::exception_ptr stream_thread::close_tasks() noexcept {
    set_running(false);
    assigned_ = false;
    auto lost = tasks_.close_all_dirty();
    trouble_.end(); // the next tasks begin their own time
    forget_due();
    letting_go_.reset();
    forget_inputs();
    taking_on_.reset();
    starts_.clear();
    polled_.clear();
    return lost;
}

void stream_thread::rebuild(const corrupt_task_error& damage) {
    if (committer_->all_or_nothing() || committer_->committing()) undo(); // it is not closed in the middle of a commit
    for (stream_task* const stays : tasks_.running()) stays->unsettle();
    managed_task* const damaged = tasks_.find(damage.task());
    if (damaged == nullptr) return;
    if (assigned_) hold_back(*damaged);
    tasks_.rebuild(*damaged, damage);
    damaged->recovering = false; // its time is that of the restore
}

/// What the tasks did since the last commit.
void stream_thread::undo() {
    committer_->abort();
    forget_due();
    std::vector<managed_task*> running;
    for (const auto& each : tasks_.all())
        if (each->running()) running.push_back(each.get());
    roll_back(running);
    committer_->abort(); // what nodes have written while they were closed
}

/// The others go on at once, and commit soon: what goes back for the next one that waits for the topic is little.
void stream_thread::set_aside(const unknown_partitions_error& cause) {
    const task_log_scope logged(cause.task());
    log(log_level::warn, concat(name_, " sets ", task_name(cause.task()), " aside: ", cause.what()));
    undo();
    managed_task* const waiting = tasks_.find(cause.task());
    if (waiting == nullptr) return; // it was being closed
    if (waiting->state() != task_state::suspended) {
        if (waiting->restored)
            roll_back(std::array{waiting});
        else
            restart(*waiting);
    }
    const auto doing = concat("learn how many partitions topic ", cause.topic(), " has for ", task_name(cause.task()));
    waiting->awaited = {cause.topic(), environment_.retried(doing, create_topic)};
    // In mid-record it was asked for in vain.
    static_cast<void>(waiting->awaited->asking.succeeded({kafka::error_class::retriable, cause.what()}));
    pace_.hasten(environment_.time.steady_ms());
}

void stream_thread::roll_back(std::span<managed_task* const> tasks) {
    for (const managed_task* each : tasks) hold_back(*each);
    tasks_.roll_back(tasks);
}

/// What a store without a changelog has committed may still be on its way to the disk: it is not closed.
void stream_thread::open_again() {
    if (committer_->all_or_nothing() || committer_->committing()) undo();
    std::vector<managed_task*> kept;
    for (const auto& each : tasks_.all())
        if (each->restored && each->state() != task_state::suspended && !each->stores->rebuildable())
            kept.push_back(each.get());
    roll_back(kept);
    for (const auto& each : tasks_.all())
        if (each->state() != task_state::suspended) restart(*each);
}

void stream_thread::open_anew() {
    forget_due();
    for (const auto& each : tasks_.all()) restart(*each);
    committer_->renew();
}

/// The time for which one failure after the other is recovered from is bounded, and there is a pause before the next try.
void stream_thread::pause_to_recover(const std::exception_ptr& failure) {
    const std::int64_t now = environment_.time.steady_ms();
    std::vector<trouble::position> read;
    bool other_work = false;
    for (const stream_task* task : tasks_.running()) {
        if (!task->commit_needed()) continue;
        const auto committed = task->last_committed();
        const auto before = read.size();
        for (std::size_t at = 0; at < task->inputs(); ++at) {
            const trouble::position now_at{task->input(at).partition(), task->input(at).next_offset().value_or(0)};
            if (!covers(committed, now_at)) read.push_back(now_at);
        }
        other_work |= read.size() == before;
    }
    if (trouble_.failed(now, read, other_work))
        log(log_level::warn, concat(name_, " goes back to its last commit: ", message_of(failure)));
    if (trouble_.lasted(now) >= environment_.config.task_timeout.count())
        throw cluster_error(
            concat(message_of(failure), "; tried again", for_task_timeout(environment_.config.task_timeout)));
    reopen_at_ = now + reopen_pause.count();
}

void stream_thread::note_recovery() {
    if (!trouble_.lasts() || !tasks_.all_recovered()) return;
    std::vector<kafka::committed_offset> committed;
    for (const stream_task* task : tasks_.running())
        std::ranges::move(task->last_committed(), std::back_inserter(committed));
    trouble_.committed(environment_.time.steady_ms(), commits_work_, [&](const trouble::position& undone) {
        return !tasks_.reads(undone.input) || covers(committed, undone);
    });
}

void stream_thread::restart(managed_task& failed) {
    if (assigned_) hold_back(failed);
    tasks_.reset(failed);
}

} // namespace streams::inline v0
