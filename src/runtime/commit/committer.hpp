#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/task.hpp"
#include "src/runtime/thread/patience.hpp"

#include <span>
#include <vector>

namespace streams::inline v0 {

/// How what the tasks of a stream thread did is made to last: one class for each `processing.guarantee`. Has the thread's
/// producer, and commits by it or by the group's consumer. A commit is `prepare`, then `commit`; whatever throws in between
/// leaves the last commit as it was, to be gone back to with `abort`.
class committer {
public:
    committer() = default;
    virtual ~committer() = default;
    committer(const committer&) = delete;
    committer& operator=(const committer&) = delete;

    /// Where nodes and stores write to; stays the same over `abort` and `renew`.
    [[nodiscard]] virtual producing_collector& collector() noexcept = 0;
    /// Flushes the stores of tasks that did something, and waits until what they sent will be there when `commit` says so.
    /// `within`: how long the cluster is waited for.
    /// Throws fenced_error, lost_records_error, cluster_error, stopped_error, and what tasks and stores throw.
    virtual void prepare(std::span<stream_task* const> tasks, const patience& within) = 0;
    /// Commits what was prepared with the offsets of the tasks, and then tells the tasks. Returns the offsets.
    /// `all_queued`: what was polled is queued, so that the control records behind it are committed too.
    /// Throws as `prepare`. REQUIRES: prepared, and nothing processed since.
    virtual std::vector<kafka::committed_offset> commit(std::span<stream_task* const> tasks, bool all_queued,
                                                        const patience& within) = 0;
    /// Gives up what was sent since the last commit; the tasks are taken back to it by the caller.
    /// Throws fenced_error, cluster_error.
    virtual void abort() = 0;
    /// Takes a new producer, and closes the old one, with what it still holds: that must not follow the writes of the next
    /// owners (KAFKA-12693), and a fenced one is of no use. REQUIRES: no store is open whose changelog it wrote.
    virtual void renew() = 0;
    /// Ends; what is not committed may be lost.
    virtual void close() noexcept = 0;
};

} // namespace streams::inline v0
