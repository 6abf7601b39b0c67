#pragma once

#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/metrics/thread_metrics.hpp"
#include "src/runtime/stores/standby_stores.hpp"
#include "src/runtime/stores/state_updater.hpp"
#include "src/runtime/tasks/managed_task.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace streams::inline v0 {

/// The tasks of one stream thread, through all states of their lives (Kafka's `TaskManager`): opens, restores, starts,
/// suspends and closes them. A task's folder is held from `open_planned` to its close.
class task_manager {
public:
    /// `restorer`: the name of the thread that restores. `restore_consumer` reads changelogs, without a group. `wake`: has the
    /// thread look at its tasks, from any thread. `interrupted`: it is needed between two records. `most_pending`: records that
    /// a task may keep pending now. The others outlive the manager.
    task_manager(const thread_environment& environment, std::string restorer, kafka::consumer& restore_consumer,
                 producing_collector& collector, drop_counters& drops, thread_metrics& metrics,
                 input_progress& progress, std::function<void()> wake, const std::atomic<bool>& interrupted,
                 const std::size_t& most_pending);
    ~task_manager();
    task_manager(const task_manager&) = delete;
    task_manager& operator=(const task_manager&) = delete;

    [[nodiscard]] bool empty() const noexcept { return tasks_.empty(); }
    /// In the order of their ids. References are valid until the next plan or close.
    [[nodiscard]] std::span<const std::unique_ptr<managed_task>> all() const noexcept { return tasks_; }
    [[nodiscard]] std::vector<task_id> ids() const;
    [[nodiscard]] managed_task* find(task_id id) noexcept;
    [[nodiscard]] bool all_running() const noexcept;
    /// Whether all that were stopped by failures run again, but for those that were set aside.
    [[nodiscard]] bool all_recovered() const noexcept;
    /// Whether a task that was not let go of reads the partition where the consumer is, now or once it is restored.
    [[nodiscard]] bool reads(const topic_partition& partition) const;
    [[nodiscard]] std::vector<stream_task*> running() const;

    managed_task& plan(task_id id, std::vector<topic_partition> inputs);
    /// Keeps standbys of these tasks, beside those that wait for a planned one to take them over.
    void keep_standbys(std::vector<task_id> wanted);
    [[nodiscard]] const standby_stores& standbys() const noexcept { return standbys_; }
    /// What the group has committed of the inputs of standbys.
    void limit_standbys(std::vector<kafka::committed_offset> committed) { updater_.limit(std::move(committed)); }
    /// Opens the stores of planned tasks that are located, or takes them over from their standbys, and has them restored, until
    /// the steady clock shows `until`; of one whose folder another thread of this process still has, with a later call. Then
    /// opens standbys. A damaged store is removed and made anew, as is one with which `rebuild` has failed.
    /// Throws state_error, lost_store_error for a damaged store that has no changelog.
    void open_planned(std::int64_t until);
    /// Has the stores of opened tasks be restored, or be left as they are for now.
    void let_restore(bool restores) { updater_.let_restore(restores); }
    /// Whether `take_restored` has something to say.
    [[nodiscard]] bool any_restored() const { return updater_.has_news(); }
    /// Has stores that are being restored, or a standby's, read, see state_updater::read.
    void read_restoring(task_stores& restoring, state_updater::visit by) { updater_.read(restoring, std::move(by)); }
    /// Takes note of tasks whose stores are restored, and of standbys that have failed. Throws what restoring threw.
    void take_restored();
    /// Closes the standbys, and restores nothing any more: the consumer is closed next.
    void end_restoring() noexcept;
    /// Makes a task on its restored stores, and initialises it: those that wait for it, are in place and were not set aside,
    /// one a call. Null: none does. Throws topology_error, and what nodes throw.
    [[nodiscard]] managed_task* start_restored();

    /// Shares the cache anew where threads were added or removed.
    void follow_threads();
    /// Has the stores of all tasks give back what the memory budget asks for. Throws state_error where the disk refuses.
    void give_back();
    /// Keeps all that is open, and lets none of it go on. REQUIRES: committed, where it runs.
    void suspend();
    /// Lets a suspended task go on where it was.
    void resume(managed_task& suspended);
    /// Takes running tasks back to their last commit, and suspends them; resumed, they get new nodes.
    void roll_back(std::span<managed_task* const> tasks);
    /// Back to planned: closes without committing. Throws as open_planned does.
    void reset(managed_task& failed);
    /// Removes a damaged store of it, to be restored from its changelog. The others stay as of the last commit, open where
    /// all of them had what their changelogs have: what one without a changelog holds in memory nothing else has. Throws as
    /// open_planned does, which then goes on with it.
    void rebuild(managed_task& failed, const corrupt_task_error& damage);
    /// Closes what a commit left clean, and forgets it. Throws what a node throws while closing, state_error where the disk
    /// refuses, and lost_store_error where that takes rows of a store without a changelog.
    void close(task_id id);
    /// Closes all of them with what is committed. Returns the first lost_store_error, or null.
    [[nodiscard]] std::exception_ptr close_all_dirty() noexcept;

    struct route {
        stream_task* task = nullptr; ///< null: no running task reads the partition
        std::size_t input = 0;
    };
    [[nodiscard]] route find_route(const topic_partition& partition) const;

private:
    [[nodiscard]] sub_topology part_of(task_id id) const;
    [[nodiscard]] bool open(managed_task& planned);
    [[nodiscard]] std::unique_ptr<task_stores> open_stores(task_id id);
    [[nodiscard]] std::int64_t cache_of_task() const noexcept;
    void share_cache();
    [[nodiscard]] std::unique_ptr<task_stores> make_stores(task_id id);
    [[nodiscard]] std::unique_ptr<task_stores> make_intact(task_id id);
    void start(managed_task& restored);
    void take_back(managed_task& restored);
    /// The stores that it had, or null.
    [[nodiscard]] std::unique_ptr<task_stores> plan_again(managed_task& failed);
    void make_anew(managed_task& damaged);
    /// Throws lost_store_error where the damaged store is not to be had from a changelog, or is not the task's but a global one.
    void require_rebuildable(const corrupt_task_error& damage) const;
    void wipe(const corrupt_task_error& damage);
    task_folder_lock close_stores(task_stores& stores);
    void let_in(managed_task& running);
    void shut_out(const managed_task& stopped);

    const thread_environment& environment_;
    producing_collector& collector_;
    drop_counters& drops_;
    thread_metrics& metrics_;
    input_progress& progress_;
    std::function<void()> wake_;
    const std::atomic<bool>& interrupted_;
    const std::size_t& most_pending_;
    state_updater updater_;
    standby_stores standbys_;
    std::vector<std::unique_ptr<managed_task>> tasks_;
    std::int32_t threads_ = 0;                          ///< that the cache is shared by
    std::unordered_map<topic_partition, route> routes_; ///< of what runs
};

} // namespace streams::inline v0
