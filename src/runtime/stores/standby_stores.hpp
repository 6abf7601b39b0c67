#pragma once

#include "src/runtime/stores/state_updater.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// The standbys of a stream thread (Kafka's standby tasks): stores of tasks that other processes run, which follow their
/// changelogs in the hands of a `state_updater` until their task is given to this thread (docs/adr/0041-standby-replicas.md).
/// What fails of one is logged and tried again; nobody else hears of it.
class standby_stores {
public:
    /// How they are opened and, where damage shows, removed: as those of tasks are.
    struct opening {
        /// With their folder; null: another thread of this process has it. Throws streams_error.
        std::function<std::unique_ptr<task_stores>(task_id)> open;
        /// Throws streams_error.
        std::function<void(const corrupt_task_error&)> wipe;
    };

    /// All outlive it.
    standby_stores(const thread_environment& environment, state_updater& updater, opening by)
        : environment_(environment), updater_(updater), by_(std::move(by)) {}

    /// Keeps standbys of these tasks, and closes others.
    void keep(std::span<const task_id> wanted);
    /// Opens those that are not, until the steady clock shows `until`; after a failure not at once.
    void open(std::int64_t until);
    /// Closes those that have failed, to be opened again.
    void close_failed();
    /// Hands over the stores of a task, which is to have them now; the updater still has them, and is to be given them by `add`.
    /// Null: there are none.
    [[nodiscard]] std::unique_ptr<task_stores> promote(task_id task);
    void close_all() noexcept;

    /// The tasks, in the order of their ids; a view.
    [[nodiscard]] auto tasks() const noexcept { return standbys_ | std::views::transform(&standby::task); }
    [[nodiscard]] bool keeps(task_id task) const noexcept {
        return std::ranges::find(standbys_, task, &standby::task) != standbys_.end();
    }
    /// The stores of a task; null: it is none of these, or they are not open.
    [[nodiscard]] task_stores* find(task_id task) const noexcept;
    /// The inputs that are changelogs of stores.
    [[nodiscard]] std::vector<topic_partition> inputs() const;

private:
    struct standby {
        task_id task;
        std::unique_ptr<task_stores> stores{}; ///< null: not open
    };

    void close(standby& closing) noexcept;
    void wipe(const corrupt_task_error& damage);
    void pause();

    const thread_environment& environment_;
    state_updater& updater_;
    opening by_;
    std::vector<standby> standbys_;
    std::int64_t opens_at_ = 0; ///< not before, steady ms: after a failure
    std::chrono::milliseconds pause_{0};
};

} // namespace streams::inline v0
