// How a stream thread commits what its tasks did, in steps between two polls, and how it ends.

#include "src/runtime/thread/recovery.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace streams::inline v0 {

namespace {

using std::chrono::milliseconds;

std::vector<task_id> ids_of(std::span<stream_task* const> tasks) {
    std::vector<task_id> ids;
    for (const stream_task* task : tasks) ids.push_back(task->id());
    return ids;
}

} // namespace

bool stream_thread::commit_due() {
    bool due = std::exchange(begins_pause_, false) || pace_.due(environment_.time.steady_ms());
    std::size_t uncommitted = 0;
    for (const auto& each : tasks_.all()) {
        if (!each->running()) continue;
        due |= each->task->commit_requested();
        uncommitted += each->task->uncommitted_bytes();
    }
    updates_fit_ = uncommitted_.fit_to(uncommitted);
    return due || ((!updates_fit_ || committer_->collector().wants_commit()) && due_.empty());
}

/// False: a commit is under way.
bool stream_thread::commit_where_due() {
    if (commit_due())
        call_to_commit();
    else if (due_.empty())
        return true;
    return commit_settled(environment_.task_patience());
}

/// Has all tasks settle for a commit.
void stream_thread::call_to_commit() {
    pace_.begun(environment_.time.steady_ms());
    due_ = ids_of(tasks_.running());
}

/// Begins the commit that is due, of tasks that have no records pending any more: exactly once of all together, at least once
/// of those that have none by now, so that none waits for another. False: it is under way.
bool stream_thread::commit_settled(const patience& within) {
    auto tasks = settled();
    const bool all = tasks.size() == due_.size();
    if (!all && (tasks.empty() || committer_->all_or_nothing())) return true;
    begin_commit(std::move(tasks), within);
    return commit_done();
}

/// Those of the tasks that are due. Throws lost_records_error where a transaction has waited for too long.
std::vector<stream_task*> stream_thread::settled() {
    auto running = tasks_.running();
    if (committer_->all_or_nothing()) { // also what has been started since
        due_ = ids_of(running);
    } else {
        std::erase_if(running, [&](const stream_task* task) { return !std::ranges::count(due_, task->id()); });
        due_ = ids_of(running); // others were closed, or taken back
    }
    std::vector<stream_task*> found;
    std::size_t pending = 0;
    for (stream_task* const task : running) {
        if (task->settle()) found.push_back(task);
        pending = std::max(pending, task->pending_count());
    }
    const std::int64_t now = environment_.time.steady_ms();
    if (found.size() == due_.size() || !committer_->all_or_nothing()) return found;
    if (!settling_since_) settling_since_ = now;
    const auto longest = longest_settling(environment_.config);
    if (now - *settling_since_ < longest.count()) return found;
    most_pending_ = std::max<std::size_t>(std::min(most_pending_, pending) / 2, 1);
    throw lost_records_error(concat("a transaction was held up for ", longest.count(),
                                    " ms by records that wait for answers of other services; going on with ",
                                    most_pending_,
                                    " at once, lower max_in_flight of map_values_async, or raise "
                                    "producer.transaction.timeout.ms"));
}

/// For whoever ends.
void stream_thread::await_settled_commits(const patience& within) {
    for (call_to_commit();;) {
        if (!commit_settled(within)) await_commit(within);
        if (due_.empty()) return;
        if (within.over()) throw cluster_error("records still wait for answers of other services");
        const auto next = std::ranges::min(tasks_.running(), {}, &stream_task::next_pending)->next_pending();
        const std::int64_t left = std::max<std::int64_t>(detail::sub_sat(next, environment_.time.steady_ms()), 0);
        poll(milliseconds(std::min<std::int64_t>(left, slice.count())), 1);
    }
}

void stream_thread::begin_commit(std::vector<stream_task*> tasks, const patience& within) {
    std::erase_if(due_, [&](task_id id) { return std::ranges::find(tasks, id, &stream_task::id) != tasks.end(); });
    const std::int64_t now = environment_.time.steady_ms();
    const std::int64_t waited = now - settling_since_.value_or(now);
    if (due_.empty()) settling_since_.reset();
    if (tasks.empty() && !committer_->owes_commit()) return;
    commits_work_ = false;
    for (stream_task* task : tasks) {
        if (!task->commit_needed()) continue;
        commits_work_ = true;
        environment_.retention.look(*task, environment_.layout().changelogs);
    }
    // What takes most of a transaction's time is not made more.
    if (commits_work_ && most_pending_ != memory::unlimited &&
        waited < longest_settling(environment_.config).count() / 2)
        most_pending_ = most_pending_ > memory::unlimited / 2 ? memory::unlimited : most_pending_ * 2;
    metrics_.commit_begins(now);
    committer_->begin(std::move(tasks), within);
}

/// Its tasks are taken back or closed.
void stream_thread::forget_due() noexcept {
    due_.clear();
    settling_since_.reset();
}

/// Whether no commit is under way, after another step of the one that was.
bool stream_thread::commit_done() {
    if (!committer_->committing()) return true;
    queue_polled();
    const auto committed = committer_->step(slice);
    if (!committed) return false;
    purge_.committed(*committed);
    note_recovery();
    updates_fit_ = true;
    const std::int64_t now = environment_.time.steady_ms();
    pace_.ended(now);
    metrics_.committed(now);
    return true;
}

/// For whoever ends, and has nothing else to go on with but to stay in the group.
void stream_thread::await_commit(const patience& within) {
    while (!commit_done()) {
        if (within.over()) throw cluster_error("the cluster did not answer in time");
        poll(milliseconds(0), 1);
    }
}

void stream_thread::leave() {
    set_running(false);
    end_queries();
    try {
        // What has waited until the end for its records to be taken may be half done.
        if (environment_.time.steady_ms() >= patience::end_of(environment_.stop))
            throw stopped_error("the cluster did not answer in time");
        const auto last = patience::at_the_end(environment_.time, environment_.stop);
        await_commit(last); // one that was under way
        await_settled_commits(last);
        close_committed();
        begin_commit({}, last);
        await_commit(last);
        while (!committer_->collector().flush(last, slice)) // what nodes have written while they were closed
            poll(milliseconds(0), 1);
    } catch (...) {
        const auto failure = std::current_exception();
        if (!done_again(failure)) throw;
        log(log_level::warn, concat(name_, " ends without a last commit: ", message_of(failure)));
    }
    if (const auto lost = close(); lost) std::rethrow_exception(lost);
}

void stream_thread::close_committed() {
    while (!tasks_.empty()) tasks_.close(tasks_.all().back()->id());
}

void stream_thread::abandon() noexcept {
    if (const auto lost = close(); lost) log(log_level::error, concat(name_, " ends: ", message_of(lost)));
}

std::exception_ptr stream_thread::close() noexcept {
    if (std::exchange(closed_, true)) return nullptr;
    end_queries();
    const auto lost = close_tasks();
    tasks_.end_restoring();
    committer_->close(); // before others are given the tasks: what it still holds must not follow their writes
    if (environment_.config.group_instance_id.empty() || environment_.all_end) consumer_->leave();
    consumer_->close();
    restore_consumer_->close();
    return lost;
}

} // namespace streams::inline v0
