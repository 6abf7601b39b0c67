#pragma once

#include "src/runtime/producing_collector.hpp"
#include "src/runtime/task.hpp"
#include "src/runtime/thread_environment.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

namespace streams::inline v0 {

/// A task that a stream thread owns, from its assignment to its close.
struct owned_task {
    enum class phase {
        planned,   ///< assigned; not made yet
        restoring, ///< stores are open, and behind their changelogs
        running,
    };
    task_id id;
    std::vector<topic_partition> inputs;
    phase at = phase::planned;
    std::vector<kafka::committed_offset> committed{}; ///< of the inputs, when it was planned
    std::unique_ptr<task_stores> stores{}; ///< null while planned
    std::unique_ptr<stream_task> task{};   ///< on the stores; null until it runs
};

/// The tasks of one stream thread: opens, makes, finds and closes them. A task's folder is held from `open` to `close`.
class owned_tasks {
public:
    owned_tasks(const thread_environment& environment, producing_collector& collector, drop_counters& drops,
                input_progress& progress);
    ~owned_tasks();
    owned_tasks(const owned_tasks&) = delete;
    owned_tasks& operator=(const owned_tasks&) = delete;

    [[nodiscard]] bool empty() const noexcept { return tasks_.empty(); }
    /// In the order of their ids. References are valid until the next plan or close.
    [[nodiscard]] std::span<const std::unique_ptr<owned_task>> all() const noexcept { return tasks_; }
    [[nodiscard]] owned_task* find(task_id id) noexcept;
    [[nodiscard]] bool all_running() const noexcept;

    owned_task& plan(task_id id, std::vector<topic_partition> inputs);
    /// Opens the stores of a planned task. False: another thread of this process has its folder still, try again later.
    /// A damaged store is removed and made anew, to be restored. Throws state_error, and lost_store_error for a damaged
    /// store that has no changelog.
    bool open(owned_task& planned);
    /// Makes a task on its restored stores, and initialises it. Throws topology_error, and what nodes throw.
    void start(owned_task& restored);
    /// Back to planned: closes without committing. `damage`: of the task, null for none; that store is removed, to be
    /// restored. Throws as open does.
    void reset(owned_task& owned, const corrupt_task_error* damage = nullptr);
    /// Closes what `commit` left clean, and forgets it. Throws what a node throws while closing.
    void close(task_id id);
    void close_all_dirty() noexcept;

    struct route {
        stream_task* task = nullptr; ///< null: no running task reads the partition
        std::size_t input = 0;
    };
    [[nodiscard]] route find_route(const topic_partition& partition) const;

private:
    [[nodiscard]] const sub_topology& part_of(task_id id) const;
    [[nodiscard]] std::unique_ptr<task_stores> make_stores(task_id id);
    [[nodiscard]] std::unique_ptr<task_stores> make_intact(task_id id);
    void wipe(const corrupt_task_error& damage);
    void forget_routes(const owned_task& of);

    const thread_environment& environment_;
    producing_collector& collector_;
    drop_counters& drops_;
    input_progress& progress_;
    std::vector<sub_topology> parts_;
    std::vector<std::unique_ptr<owned_task>> tasks_;
    std::unordered_map<topic_partition, route> routes_;
};

} // namespace streams::inline v0
