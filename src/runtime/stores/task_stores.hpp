#pragma once

#include "src/runtime/stores/state_directory.hpp"
#include "state/managed_store.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>
#include <streams/topology/topology.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What the stores of a task are opened with. The references outlive them.
struct store_opening {
    const clock& time;
    store_memory& memory;
    std::filesystem::path directory{}; ///< the task's own folder; unused where all stores are in memory
    state_disk* disk = nullptr;        ///< that it is on; null: the machine's
    std::int64_t cache_bytes = 0;      ///< for all stores of the task together
    bool in_memory = false;            ///< persistent stores too: the test driver's choice
    bool in_transactions = false;      ///< what they tell others is written in transactions
    /// The sink of a store's changelog partition; called for stores that log.
    std::function<std::unique_ptr<changelog_sink>(const store_spec&)> changelog_of{};
};

/// A store of a task, as its task drives it.
struct task_store {
    store_spec spec;
    std::string changelog_topic; ///< full name of what it is restored from; empty: nothing
    std::unique_ptr<changelog_sink> sink;
    std::unique_ptr<managed_store> store;

    /// The store is a copy of an input topic: its changelog offsets are the committed input offsets.
    [[nodiscard]] bool reuses_source() const noexcept { return !spec.source_topic.empty(); }
};

/// The stores of one task with their changelogs and the task's folder, without nodes: what is opened, restored, handed from
/// one stream_task to the next, and closed. In the order in which a commit flushes them: a store whose flush forwards comes
/// before those that what follows it writes to. One thread at a time. Damage that shows in a call names task and store, as
/// corrupt_task_error.
class task_stores {
public:
    /// Opens them. Throws state_error where one does not open, and corrupt_state_error where it is damaged.
    task_stores(task_id task, const topology& topology, const std::vector<sub_topology>& parts,
                std::string_view application_id, const store_opening& opening);
    ~task_stores();
    task_stores(const task_stores&) = delete;
    task_stores& operator=(const task_stores&) = delete;

    [[nodiscard]] task_id task() const noexcept { return task_; }
    [[nodiscard]] std::span<task_store> all() noexcept { return stores_; }
    [[nodiscard]] std::span<const task_store> all() const noexcept { return stores_; }
    /// REQUIRES: it is there.
    [[nodiscard]] task_store& named(std::string_view name) noexcept;
    /// The store of that name as nodes see it, or null.
    [[nodiscard]] state_store* find(std::string_view name) noexcept;
    /// The record whose updates the stores are given: whoever runs nodes on them keeps it.
    [[nodiscard]] record_context& at_hand() noexcept { return at_hand_; }
    /// Where failures of theirs are kept that went up through nodes.
    [[nodiscard]] kept_failure& failure() noexcept { return failure_; }

    /// Whether changelogs have all that the stores have.
    [[nodiscard]] bool rebuildable() const;
    /// Whether updates wait for `flush` or `drain_last`.
    [[nodiscard]] bool dirty() const;
    /// Bytes held until the next commit.
    [[nodiscard]] std::size_t uncommitted_bytes() const;
    /// Shares so many bytes of cache among the stores that cache (`statestore.cache.max.bytes`), from now on.
    void share_cache(std::int64_t bytes);
    /// Gives back what the memory budget asks for. Throws state_error where the disk refuses.
    void give_back();
    /// Forwards what is cached, until all caches are at rest, and drains changelogs, but for those that are told last. Throws
    /// what nodes throw, and streams_error where nodes and caches feed one another without an end.
    void flush();
    /// Whether `drain_last` has something to write to changelogs.
    [[nodiscard]] bool last_wait() const;
    /// Drains the changelogs that are told last (store_spec::told_last). REQUIRES: nothing was written since `flush`.
    void drain_last();
    /// Notes that they have committed records of an input since they were opened.
    void take_in(const topic_partition& input);
    [[nodiscard]] bool has_taken_in(const topic_partition& input) const noexcept;
    /// What was drained is committed, and changelogs are acknowledged up to `acknowledged`.
    void committed(const std::function<std::optional<std::int64_t>(const task_store&)>& acknowledged);
    /// Drops what was written since the last commit, as if it had never been.
    void rollback();
    /// Closes a damaged one, of which nothing is to be kept.
    void discard(std::string_view name);
    /// Makes a damaged one anew, empty; the others stay as they are. `remove` removes its folder, once it is closed. Throws as
    /// the constructor, and what `remove` throws; then it is to be called again, or all are closed. REQUIRES: no nodes stand on
    /// it.
    task_store& replace(std::string_view name, const std::function<void()>& remove);
    /// Has the task's folder from here on, until it is closed.
    void hold(task_folder_lock folder) noexcept { folder_ = std::move(folder); }
    /// Closes all of them with what is committed, and hands the folder over, if it has it. Throws state_error where the disk
    /// refuses. Safe to call twice.
    task_folder_lock close();

private:
    void open(task_store& closed);

    task_id task_;
    store_opening opening_;
    std::int64_t cache_bytes_ = 0; ///< of each that caches
    record_context at_hand_;
    kept_failure failure_;
    task_folder_lock folder_; ///< let go of once the stores are closed
    std::vector<task_store> stores_;
    std::vector<topic_partition> taken_in_;
};

} // namespace streams::inline v0
