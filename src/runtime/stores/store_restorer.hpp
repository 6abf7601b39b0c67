#pragma once

#include "src/core/stop_source.hpp"
#include "src/kafka/client.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/topics/internal_topics.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/runtime/restore_listener.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Rebuilds the stores of tasks from their changelogs, in slices between polls of the group's consumer
/// (Kafka's `StoreChangelogReader`). Reads from the offset after the one a store's disk covers up to the end that the
/// changelog has when it begins.
class store_restorer {
public:
    /// `consumer` reads without a group; `layout` is known before the first task is added. All outlive the restorer.
    store_restorer(kafka::consumer& consumer, const streams_config& config, const topic_layout& layout, execution& time,
                   const stop_source& stop, const restore_listener& listener)
        : consumer_(consumer), config_(config), layout_(layout), time_(time), stop_(stop), listener_(listener) {}

    /// Takes on the stores of a task, which stay where they are until they are removed or done. `committed`: of its inputs,
    /// where a store that reuses its source ends.
    /// Throws corrupt_task_error where a store stands outside of its changelog, or for too long behind its end, and
    /// cluster_error after task.timeout.ms, stopped_error.
    void add(task_stores& stores, std::span<const kafka::committed_offset> committed);
    /// Forgets the stores of a task, at any time.
    void remove(const task_stores& stores);

    [[nodiscard]] bool idle() const noexcept { return stores_.empty() && without_changelogs_.empty(); }
    /// Restores a slice, waiting for it up to `wait`. Returns the tasks' stores of which the last was done.
    /// Throws what stores throw, cluster_error where the cluster refuses.
    std::vector<task_stores*> step(std::chrono::milliseconds wait);

private:
    struct restoring {
        task_stores* stores;
        task_store* store;
        topic_partition changelog;
        std::int64_t next; ///< offset to read
        std::int64_t end;
        std::int64_t rows = 0;
        std::optional<std::int64_t> begun_at{}; ///< steady ms; nullopt: there is nothing to read
        bool done = false;
    };

    [[nodiscard]] restoring begin(task_stores& stores, task_store& store,
                                  std::span<const kafka::committed_offset> committed);
    void assign();
    void apply(const kafka::record_batch& batch);
    void throw_truncated(const topic_partition& changelog) const;
    void finish_read();
    void finish(restoring& done);
    [[nodiscard]] std::vector<task_stores*> take_done();

    kafka::consumer& consumer_;
    const streams_config& config_;
    const topic_layout& layout_;
    execution& time_;
    const stop_source& stop_;
    const restore_listener& listener_;
    std::vector<restoring> stores_;
    std::vector<task_stores*> without_changelogs_; ///< added, nothing to restore
    bool assigned_ = false;
};

} // namespace streams::inline v0
