#pragma once

#include "src/runtime/stores/recorded_stores.hpp"
#include "state/disk/state_disk.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/execution.hpp>
#include <streams/core/task_id.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace streams::inline v0 {

class state_directory;

/// The folder of a task in one thread's hands, for as long as this lives. Empty: of none.
class task_folder_lock {
public:
    task_folder_lock() = default;
    task_folder_lock(state_directory& in, task_id task) : in_(&in), task_(task) {}
    task_folder_lock(task_folder_lock&& from) noexcept : in_(std::exchange(from.in_, nullptr)), task_(from.task_) {}
    task_folder_lock& operator=(task_folder_lock&& from) noexcept {
        release();
        in_ = std::exchange(from.in_, nullptr);
        task_ = from.task_;
        return *this;
    }
    ~task_folder_lock() { release(); }

    explicit operator bool() const noexcept { return in_ != nullptr; }

private:
    void release() noexcept;

    state_directory* in_ = nullptr;
    task_id task_{};
};

/// The folder of an application's stores, `<state.dir>/<application id>`, with a folder for each task and in it one for
/// each store. One process has it at a time. Thread-safe, but for `open`, `close` and `clear`.
class state_directory {
public:
    /// `disk`: what the stores in it lie on. It and `time` outlive this.
    state_directory(std::filesystem::path folder, const clock& time, state_disk& disk = machine_disk())
        : folder_(std::move(folder)), time_(time), disk_(disk) {}
    ~state_directory();
    state_directory(const state_directory&) = delete;
    state_directory& operator=(const state_directory&) = delete;

    /// Makes and locks the folder. Throws state_error where another process has it, where it cannot be written, where a newer
    /// version wrote it (see folder_format), or where its stores are those of another topology (see
    /// recorded_stores). For a topology without persistent stores only the id of the process is kept in it, and nothing where that
    /// cannot be.
    void open(const topology& topology);
    /// Whether it is open, for persistent stores.
    [[nodiscard]] bool holds_stores() const noexcept { return holds_stores_; }
    /// See process_id_in; one of this life alone where the folder could not be had.
    [[nodiscard]] std::string process_id(execution& chance) const;
    /// Lets go of the folder; safe to call twice.
    void close() noexcept;
    /// Removes all that is in the folder but its lock. Throws state_error where somebody has it, or the disk refuses.
    /// REQUIRES: not open.
    void clear();

    [[nodiscard]] state_disk& disk() const noexcept { return disk_; }
    [[nodiscard]] std::filesystem::path task_folder(task_id task) const { return folder_ / to_string(task); }
    [[nodiscard]] std::filesystem::path store_folder(task_id task, const std::string& store) const {
        return task_folder(task) / store;
    }
    /// Of the stores that every instance fills by itself.
    [[nodiscard]] std::filesystem::path global_folder() const { return folder_ / "global"; }

    /// Takes the folder of a task for one thread. Empty: another thread of this process still has it.
    [[nodiscard]] task_folder_lock try_lock(task_id task);
    /// Removes a store of a task. Throws state_error where the disk refuses. REQUIRES: locked by the caller, not open.
    void wipe(task_id task, const std::string& store);
    /// Removes the stores that nobody has used for `delay` since the folder was opened, of tasks that went elsewhere and
    /// those that the topology no longer has there; but for stores that no changelog can rebuild. What the disk refuses is
    /// logged and left.
    void clean(std::chrono::milliseconds delay);

private:
    friend class task_folder_lock;

    void unlock(task_id task);
    void open_for_process_id();
    void make_folder() const;
    void lock_folder();
    void clean(task_id task);
    [[nodiscard]] bool idle_for(std::chrono::milliseconds delay, task_id task);

    std::filesystem::path folder_;
    const clock& time_;
    state_disk& disk_;
    int lock_file_ = -1;
    bool holds_stores_ = false;
    recorded_stores stores_;
    std::int64_t opened_at_ = 0; ///< steady ms, as those below
    std::mutex mutex_;
    std::set<task_id> locked_;
    std::map<task_id, std::int64_t> released_;
};

} // namespace streams::inline v0
