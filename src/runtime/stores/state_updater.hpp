#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/stores/store_restorer.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <streams/core/execution.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// Restores the stores of a stream thread's tasks, and follows the changelogs of standbys, on a thread of its own, so that tasks
/// which are ready work meanwhile (Kafka's `StateUpdater`). Stores are in its hands, and not to be touched, from `add` or `follow`
/// until `take_done`, `take_failed` or `remove` hands them back. For its owner's thread.
class state_updater {
public:
    /// `name`: of its thread, which begins with the first store. `consumer` reads without a group. `wake`: has the owner look at what
    /// is done, from any thread. All outlive it.
    state_updater(std::string name, const thread_environment& environment, kafka::consumer& consumer,
                  std::function<void()> wake);
    ~state_updater() { stop(); }
    state_updater(const state_updater&) = delete;
    state_updater& operator=(const state_updater&) = delete;

    /// Takes the stores of a task on, to restore them; those of a standby go on from where they are. `committed`: of its inputs,
    /// where a store that reuses its source ends. Throws streams_error where the operating system refuses the thread.
    void add(task_stores& stores, std::span<const kafka::committed_offset> committed);
    /// The same to restore one of them; the others are restored. REQUIRES: it has a changelog.
    void add(task_stores& stores, task_store& store, std::span<const kafka::committed_offset> committed);
    /// Takes the stores of a standby on, which follow their changelogs until they are added, removed, or fail. Throws as `add`.
    void follow(task_stores& stores);
    /// What the group has committed of the inputs of standbys: stores that reuse their source follow so far.
    void limit(std::vector<kafka::committed_offset> committed);
    /// Hands the stores of a task back as they are, serves the reads that wait for them, and rests until `let_restore`: whoever
    /// takes many back waits once. Waits for a call to the cluster or to the disk that is under way; what that fails with, where it
    /// is of these stores, is forgotten, and what a listener throws is logged. Nothing, where it does not have them.
    void remove(const task_stores& stores);
    /// Hands back the stores that have all, and serves here the reads that still wait for them. Throws what restoring threw (see store_restorer); it rests then until
    /// `let_restore`, and goes on with what it still has.
    [[nodiscard]] std::vector<task_stores*> take_done();
    /// Hands back the stores of standbys that cannot be gone on with, as `take_done`.
    [[nodiscard]] std::vector<standby_failure> take_failed();
    /// Whether `take_done` or `take_failed` has something to say.
    [[nodiscard]] bool has_news() const;
    /// What is done with stores that it has, between two of its steps and on its thread, or where they are handed back, on the
    /// owner's; null: it has none of them.
    using visit = std::function<void(task_stores*)>;
    /// Has it done, at once or soon; nobody waits for it, and however many there are, restores go on between them.
    void read(task_stores& stores, visit by);
    /// Goes on, or rests until it is told to go on, also with what it is given from now on.
    void let_restore(bool restores);
    /// Ends its thread, for good. What it has is handed back as it is.
    void stop() noexcept;

private:
    [[nodiscard]] restore_request request_for(task_stores& stores, task_store& store,
                                              std::span<const kafka::committed_offset> committed) const;
    void hand_in(std::vector<restore_request> requests);
    struct pending_read {
        task_stores* stores;
        visit by;
    };

    void run() noexcept;
    [[nodiscard]] bool has_reads() const;
    void serve_reads(std::unique_lock<std::mutex>& lock);
    template <std::predicate<const task_stores&> Wanted>
    [[nodiscard]] std::vector<pending_read> take_reads(const Wanted& wanted);
    static void serve(const std::vector<pending_read>& reads);
    [[nodiscard]] bool leaves(const task_stores& stores) const;
    void step(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] std::int64_t next_step() const;

    const std::string name_;
    const thread_environment& environment_;
    kafka::consumer& consumer_;
    std::function<void()> wake_;
    store_restorer restorer_; ///< of whoever has set `working_`, or has the mutex while nobody has
    std::vector<const task_stores*> given_;
    std::vector<const task_stores*> following_; ///< of those
    mutable std::mutex mutex_;                  ///< of all below
    std::unique_ptr<execution::condition> changed_;
    std::vector<restore_request> added_; ///< not taken on yet
    std::vector<task_stores*> done_;
    std::vector<standby_failure> failed_;
    std::vector<pending_read> reads_;
    std::optional<std::vector<kafka::committed_offset>> limits_; ///< not taken on yet
    std::exception_ptr failure_;
    const task_stores* failure_of_ = nullptr; ///< null: of all
    std::int64_t next_look_ = 0;              ///< at what memory is asked back, while it rests, steady ms
    bool restores_ = false;
    bool working_ = false; ///< somebody works on stores without the mutex
    bool stopping_ = false;
    std::unique_ptr<execution::thread> thread_; ///< null: not started
};

} // namespace streams::inline v0
