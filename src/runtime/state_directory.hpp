#pragma once

#include <streams/core/task_id.hpp>
#include <streams/topology/topology.hpp>

#include <filesystem>
#include <mutex>
#include <set>
#include <string>

namespace streams::inline v0 {

/// The folder of an application's stores, `<state.dir>/<application id>`: one process has it at a time, and it belongs
/// to one topology. Thread-safe, but for `open`.
class state_directory {
public:
    explicit state_directory(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ~state_directory();
    state_directory(const state_directory&) = delete;
    state_directory& operator=(const state_directory&) = delete;

    /// Makes and locks the folder. Throws state_error where another process has it, where it cannot be written, or
    /// where its stores are those of another topology. Does nothing for a topology without persistent stores.
    void open(const topology& of);
    /// Lets go of the folder; safe to call twice.
    void close() noexcept;

    [[nodiscard]] std::filesystem::path task_folder(task_id task) const { return folder_ / to_string(task); }
    /// Of the stores that every instance fills by itself.
    [[nodiscard]] std::filesystem::path global_folder() const { return folder_ / "global"; }
    /// Takes a task for one thread. False: another thread of this process still has it.
    [[nodiscard]] bool try_lock(task_id task);
    void unlock(task_id task);
    [[nodiscard]] std::filesystem::path store_folder(task_id task, const std::string& store) const {
        return task_folder(task) / store;
    }
    /// Removes a store of a task. Throws state_error where the disk refuses. REQUIRES: locked by the caller, not open.
    void wipe(task_id task, const std::string& store);

private:
    void lock_folder();
    void check_owner(const topology& of);

    std::filesystem::path folder_;
    int lock_file_ = -1;
    std::mutex mutex_;
    std::set<task_id> locked_;
};

} // namespace streams::inline v0
