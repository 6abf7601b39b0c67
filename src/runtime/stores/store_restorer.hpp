#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/thread/open_transaction_watch.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Rebuilds the stores of tasks from their changelogs, in steps between polls of the group's consumer
/// (Kafka's `StoreChangelogReader`). Asks for the bounds of a changelog, and reads from the offset after the one that the
/// store's disk covers up to the end that it then has.
class store_restorer {
public:
    /// `consumer` reads without a group. Both outlive the restorer.
    store_restorer(kafka::consumer& consumer, const thread_environment& environment)
        : consumer_(consumer), environment_(environment), open_transactions_(environment.time) {}

    /// Takes on the stores of a task, which stay where they are until they are removed or done. `committed`: of its inputs,
    /// where a store that reuses its source ends.
    void add(task_stores& stores, std::span<const kafka::committed_offset> committed);
    /// The same of one of them; the others are restored. REQUIRES: it has a changelog.
    void add(task_stores& stores, task_store& store, std::span<const kafka::committed_offset> committed);
    /// Forgets the stores of a task, at any time.
    void remove(const task_stores& stores);

    [[nodiscard]] bool idle() const noexcept { return stores_.empty() && without_changelogs_.empty(); }
    /// Restores a slice, waiting for it up to `wait`. Returns the tasks' stores of which the last was done.
    /// Throws what stores throw, corrupt_task_error where a store stands outside of its changelog, or for too long behind
    /// its end, and cluster_error where the cluster refuses, or does not say within task.timeout.ms where a changelog ends.
    std::vector<task_stores*> step(std::chrono::milliseconds wait);
    /// The same without restoring: those of which nothing has to be.
    [[nodiscard]] std::vector<task_stores*> take_done();
    /// When there is something to do, steady ms; `never`: there is nothing.
    [[nodiscard]] std::int64_t next_step() const noexcept;

private:
    struct restoring {
        task_stores* stores;
        task_store* store;
        topic_partition changelog;
        std::optional<std::int64_t>
            committed{};               ///< of the input that is the changelog; nullopt: nothing, or it is none
        std::optional<retry> asking{}; ///< for the bounds; nullopt: they are known
        std::int64_t next = 0;         ///< offset to read
        std::int64_t end = 0;
        std::int64_t rows = 0;
        std::optional<std::int64_t> begun_at{}; ///< steady ms; nullopt: there is nothing to read
        bool done = false;

        [[nodiscard]] bool reading() const noexcept { return !asking && !done; }
    };

    void learn_bounds();
    void begin(restoring& store, kafka::log_bounds bounds);
    [[nodiscard]] bool assigned();
    void read(std::chrono::milliseconds wait);
    void apply(const kafka::record_batch& batch);
    void throw_truncated(const topic_partition& changelog) const;
    void watch_transactions();
    void finish_read();
    void finish(restoring& done);

    kafka::consumer& consumer_;
    const thread_environment& environment_;
    std::vector<restoring> stores_;
    std::vector<task_stores*> without_changelogs_; ///< added, nothing to restore
    bool assigned_ = false;
    shared_rest rest_;               ///< of asking for bounds
    std::optional<retry> assigning_; ///< nullopt: assigned, or not tried yet
    open_transaction_watch open_transactions_;
};

} // namespace streams::inline v0
