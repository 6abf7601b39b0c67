#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/stores/restore_report.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/thread/open_transaction_watch.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/thread/thread_environment.hpp"
#include "src/runtime/topics/changelog_limits.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// A store that is to have what its changelog has.
struct restore_request {
    task_stores* stores;
    task_store* store; ///< of them; it has a changelog
    std::optional<std::int64_t>
        committed{}; ///< of the input that is the changelog, where the store ends; nullopt: nothing, or it is none
    changelog_limits limits{}; ///< of the changelog
    retry asking;              ///< for the bounds of the changelog
};

/// Rebuilds stores from their changelogs, in steps (Kafka's `StoreChangelogReader`). Asks for the bounds of a changelog, and reads
/// from the offset after the one that the store's disk covers up to the end that it then has.
class store_restorer {
public:
    /// `consumer` reads without a group. Both outlive the restorer.
    store_restorer(kafka::consumer& consumer, const thread_environment& environment)
        : consumer_(consumer), environment_(environment), open_transactions_(environment.time),
          report_(environment.on_restore, environment.time) {}

    /// Takes on a store, which stays where it is until it is removed or its task's stores are done.
    void add(restore_request request);
    /// Forgets the stores of a task, at any time.
    void remove(const task_stores& stores);

    [[nodiscard]] bool idle() const noexcept { return stores_.empty(); }
    /// Restores a slice, waiting for it up to `wait`. Returns the tasks' stores of which the last was done.
    /// Throws what stores throw, corrupt_task_error where a store stands outside of its changelog, or for too long behind
    /// its end, and cluster_error where the cluster refuses, or does not say within task.timeout.ms where a changelog ends.
    std::vector<task_stores*> step(std::chrono::milliseconds wait);
    /// When there is something to do, steady ms; `never`: there is nothing.
    [[nodiscard]] std::int64_t next_step() const noexcept;
    /// Has the stores give back what the memory budget asks for. Throws as `step` does.
    void give_back();

private:
    struct restoring {
        task_stores* stores;
        task_store* store;
        topic_partition changelog;
        std::optional<std::int64_t> committed; ///< as of the request, like the next
        changelog_limits limits;
        std::optional<retry> asking; ///< for the bounds; nullopt: they are known
        std::int64_t first = 0;      ///< offset that was to be read
        std::int64_t next = 0;       ///< offset to read
        std::int64_t end = 0;
        std::int64_t rows = 0;
        std::int64_t begun_at = 0; ///< steady ms
        bool done = false;

        [[nodiscard]] bool reading() const noexcept { return !asking && !done; }
    };

    void learn_bounds();
    void begin(restoring& store, kafka::log_bounds bounds);
    [[nodiscard]] bool assigned();
    [[nodiscard]] bool disk_lags() const;
    void read(std::chrono::milliseconds wait);
    void apply(const kafka::record_batch& batch);
    void throw_truncated(const topic_partition& changelog) const;
    void watch_transactions();
    void finish_read();
    void finish(restoring& done);
    void tell_progress();
    [[nodiscard]] std::vector<task_stores*> take_done();
    [[nodiscard]] restore_standing standing_of(const restoring& store) const;

    kafka::consumer& consumer_;
    const thread_environment& environment_;
    std::vector<restoring> stores_;
    bool assigned_ = false;
    shared_rest rest_;               ///< of asking for bounds
    std::optional<retry> assigning_; ///< nullopt: assigned, or not tried yet
    std::int64_t reads_on_at_ = 0;   ///< after a poll that failed, or where the disk lags, steady ms
    open_transaction_watch open_transactions_;
    restore_report report_;
};

} // namespace streams::inline v0
