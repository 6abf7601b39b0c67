#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/task.hpp"
#include "src/runtime/thread/patience.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// How what the tasks of a stream thread did is made to last: one class for each `processing.guarantee`. Has the thread's
/// producer, and commits by it or by the group's consumer. A commit is begun, and then stepped between two polls of the
/// thread until it is done; until then nothing of any task is processed, punctuated, started or closed.
/// Whatever throws has ended the commit, and left the last one as it was, to be gone back to with `abort`.
class committer {
public:
    committer() = default;
    virtual ~committer() = default;
    committer(const committer&) = delete;
    committer& operator=(const committer&) = delete;

    /// Where nodes and stores write to; stays the same over `abort` and `renew`.
    [[nodiscard]] virtual producing_collector& collector() noexcept = 0;
    /// Whether tasks may be started and process: goes on with what the cluster has to be asked before, at first and after
    /// `abort` and `renew`, waiting for it up to `wait`. Asked between any two polls. Throws as `step`.
    [[nodiscard]] virtual bool ready(std::chrono::milliseconds wait) = 0;
    /// The group has given the thread these tasks: from here on what they did is committed as the member that it is now.
    virtual void assigned(std::span<const task_id> tasks) = 0;
    /// Whether something was sent that only a commit makes last, whoever sent it.
    [[nodiscard]] virtual bool owes_commit() const noexcept = 0;
    /// Whether what tasks did since the last commit counts together: where one goes back to it, all do.
    [[nodiscard]] virtual bool all_or_nothing() const noexcept = 0;
    /// Begins a commit of what `tasks` did since the last one: flushes their stores. `within`: how long the steps may take
    /// together. The tasks outlive the commit. REQUIRES: ready, and no commit is under way.
    /// Throws fenced_error, lost_records_error, cluster_error, and what tasks and stores throw.
    virtual void begin(std::vector<stream_task*> tasks, const patience& within) = 0;
    /// Whether a commit is under way.
    [[nodiscard]] virtual bool committing() const noexcept = 0;
    /// Goes on with the commit, waiting for the cluster up to `wait`, and not much longer. The offsets that were committed,
    /// once all is done and the tasks were told; nullopt: not yet. What was polled before is queued.
    /// Throws as `begin`. REQUIRES: a commit is under way.
    [[nodiscard]] virtual std::optional<std::vector<kafka::committed_offset>> step(std::chrono::milliseconds wait) = 0;
    /// Gives up what was sent since the last commit, and a commit that is under way; the tasks are taken back to the last
    /// one by the caller. Asks the cluster for nothing: that is done by `ready`.
    virtual void abort() = 0;
    /// Whether tasks may be handed over: nothing that was given up may still be written, behind the writes of their next
    /// owners (KAFKA-12693). Waits for it up to `wait`; where that is too short, `renew` sees to it. REQUIRES: no commit is
    /// under way.
    [[nodiscard]] virtual bool at_rest(std::chrono::milliseconds wait) = 0;
    /// Takes a new producer, and closes the old one, with what it still holds: that must not follow the writes of the next
    /// owners (KAFKA-12693), and a fenced one is of no use. A commit under way is given up. Asks the cluster for nothing.
    /// REQUIRES: no store is open whose changelog it wrote.
    virtual void renew() = 0;
    /// Ends; what is not committed may be lost.
    virtual void close() noexcept = 0;
};

} // namespace streams::inline v0
