// How a stream thread commits what its tasks did, in steps between two polls, and how it ends.

#include "src/runtime/thread/recovery.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

} // namespace

bool stream_thread::commit_due() {
    bool due = std::exchange(begins_pause_, false) || settling_since_ ||
               environment_.time.steady_ms() - last_commit_ >= environment_.config.commits_every().count();
    std::size_t uncommitted = 0;
    for (const auto& each : tasks_.all()) {
        if (!each->running()) continue;
        due |= each->task->commit_requested();
        uncommitted += each->task->uncommitted_bytes();
    }
    return !uncommitted_.fit_to(uncommitted) || due;
}

/// How long a commit that is due may wait for records that are pending: for as long as its transaction is open, which began
/// after the last one.
milliseconds stream_thread::longest_settling() const {
    if (!committer_->all_or_nothing()) return milliseconds::max();
    const milliseconds transaction = environment_.config.transaction_timeout();
    return std::max(transaction - environment_.config.commits_every(), transaction / 4) * 3 / 4;
}

/// Whether no task has records pending, so that all that was taken can be committed. Those that have some take no more.
/// Throws lost_records_error once that lasts `longest`.
bool stream_thread::settled(milliseconds longest) {
    bool all = true;
    for (stream_task* task : tasks_.running()) all = task->settle() && all;
    if (all) return true;
    const std::int64_t now = environment_.time.steady_ms();
    if (!settling_since_) settling_since_ = now;
    if (now - *settling_since_ >= longest.count())
        throw lost_records_error(concat("a commit has waited ", longest.count(),
                                        " ms for records that wait for answers of other services; lower max_in_flight "
                                        "and timeout of map_values_async, or raise producer.transaction.timeout.ms "
                                        "where the guarantee is exactly_once_v2"));
    return false;
}

/// For whoever ends.
void stream_thread::await_settled(const patience& within) {
    while (!settled(longest_settling())) {
        if (within.over()) throw cluster_error("records still wait for answers of other services");
        poll(std::min(poll_wait(), slice), 1);
    }
}

void stream_thread::begin_commit(const patience& within) {
    auto tasks = tasks_.running();
    last_commit_ = environment_.time.steady_ms();
    if (tasks.empty() && !committer_->owes_commit()) return;
    commits_work_ = false;
    for (stream_task* task : tasks) {
        if (!task->commit_needed()) continue;
        commits_work_ = true;
        environment_.retention.look(*task, environment_.layout().changelogs);
    }
    committer_->begin(std::move(tasks), within);
}

/// Whether no commit is under way, after another step of the one that was.
bool stream_thread::commit_done() {
    if (!committer_->committing()) return true;
    queue_polled();
    const auto committed = committer_->step(slice);
    if (!committed) return false;
    purge_.committed(*committed);
    if (commits_work_ && tasks_.all_running()) failing_since_.reset();
    settling_since_.reset();
    last_commit_ = environment_.time.steady_ms();
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
    try {
        // What has waited until the end for its records to be taken may be half done.
        if (environment_.time.steady_ms() >= patience::end_of(environment_.stop))
            throw stopped_error("the cluster did not answer in time");
        const auto last = patience::at_the_end(environment_.time, environment_.stop, environment_.config.task_timeout);
        await_commit(last); // one that was under way
        await_settled(last);
        begin_commit(last);
        await_commit(last);
        close_committed();
        begin_commit(last);
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
    const auto lost = close_tasks();
    committer_->close(); // before others are given the tasks: what it still holds must not follow their writes
    if (environment_.config.group_instance_id.empty() || environment_.all_end) consumer_->leave();
    consumer_->close();
    restore_consumer_->close();
    return lost;
}

} // namespace streams::inline v0
