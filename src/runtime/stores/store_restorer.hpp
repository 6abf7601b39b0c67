#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/stores/restore_report.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/thread/open_transaction_watch.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/thread/thread_environment.hpp"
#include "src/runtime/topics/changelog_limits.hpp"

#include <streams/runtime/standby_update_listener.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// A store that is to have what its changelog has, or to follow it without an end, as a standby's.
struct restore_request {
    bool follows = false;
    task_stores* stores;
    task_store* store; ///< of them; it has a changelog
    std::optional<std::int64_t>
        committed{}; ///< of the input that is the changelog, where the store ends; nullopt: nothing, or it is none
    changelog_limits limits{}; ///< of the changelog
    retry asking;              ///< for the bounds of the changelog
};

/// What a request asks with.
[[nodiscard]] retry bounds_search(const thread_environment& environment, const topic_partition& changelog,
                                  task_id task);

/// A standby that cannot be gone on with: nothing of it is read any more.
struct standby_failure {
    task_stores* stores;
    std::exception_ptr cause;
};

/// Rebuilds stores from their changelogs, in steps (Kafka's `StoreChangelogReader`). Asks for the bounds of a changelog, and reads
/// from the offset after the one that the store's disk covers up to the end that it then has; or on, for standbys, while no store
/// has an end to reach.
class store_restorer {
public:
    /// `consumer` reads without a group. Both outlive the restorer.
    store_restorer(kafka::consumer& consumer, const thread_environment& environment)
        : consumer_(consumer), environment_(environment), open_transactions_(environment.time),
          report_(environment.on_restore, environment.time) {}

    /// Takes on a store, which stays where it is until it is removed or its task's stores are done. One that it has followed goes on
    /// from where it is, to the end that its changelog has now.
    void add(restore_request request);
    /// What the group has committed of inputs that are changelogs of standbys, which are followed so far.
    void limit(std::span<const kafka::committed_offset> committed);
    /// Forgets the stores of a task, at any time.
    void remove(const task_stores& stores);

    [[nodiscard]] bool idle() const noexcept { return stores_.empty(); }
    /// Restores a slice, waiting for it up to `wait`. Returns the tasks' stores of which the last was done.
    /// Throws what stores throw, corrupt_task_error where a store stands outside of its changelog, or for too long behind
    /// its end, and cluster_error where the cluster refuses, or does not say within task.timeout.ms where a changelog ends.
    /// What fails of standbys fails them alone, see `take_failures`.
    std::vector<task_stores*> step(std::chrono::milliseconds wait);
    /// Whose stores the last step, or `give_back` since, has failed with; null: with all.
    [[nodiscard]] const task_stores* failure_of() const noexcept { return failure_of_; }
    /// When there is something to do, steady ms; `never`: there is nothing.
    [[nodiscard]] std::int64_t next_step() const noexcept;
    /// Standbys that have failed since the last call.
    [[nodiscard]] std::vector<standby_failure> take_failures() { return std::exchange(failures_, {}); }
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
        bool follows = false;      ///< a standby's
        bool followed = false;     ///< `next` is known from that time
        std::int64_t saves_at = 0; ///< not before, steady ms

        [[nodiscard]] bool reading() const noexcept { return !asking && !done && !follows; }
        [[nodiscard]] bool following() const noexcept { return !asking && follows && next < end; }
    };

    [[nodiscard]] std::vector<restoring> take(const task_stores& stores);
    void tell_suspended(std::span<const restoring> removed);
    void learn_bounds();
    void learn_bounds(restoring& of);
    void begin(restoring& store, kafka::log_bounds bounds);
    void find_start(restoring& store, const kafka::log_bounds& bounds) const;
    [[nodiscard]] bool assigned();
    [[nodiscard]] bool disk_lags() const;
    void read(std::chrono::milliseconds wait);
    void apply(const kafka::record_batch& batch);
    void apply(restoring& store, std::span<const record_view> records);
    void note_truncated(const topic_partition& changelog);
    void watch_transactions();
    void finish_read();
    void finish(restoring& done);
    void tell_progress();
    [[nodiscard]] std::vector<task_stores*> take_done();
    [[nodiscard]] bool any_reading() const;
    [[nodiscard]] bool is_read(const restoring& store) const;
    [[nodiscard]] restore_standing standing_of(const restoring& store) const;

    // store_restorer_standbys.cpp
    void promote(restoring& standby, restore_request request);
    /// What fails in `work` fails this standby, and the others go on.
    template <std::invocable Work>
    void attempt(task_stores& standby, const Work& work) {
        try {
            work();
        } catch (const std::exception&) {
            fail(standby, std::current_exception());
        }
    }
    /// What fails in `work` is of this task.
    template <std::invocable Work>
    void charge(const task_stores& stores, const Work& work) {
        try {
            work();
        } catch (...) {
            failure_of_ = &stores;
            throw;
        }
    }
    void fail(task_stores& standby, std::exception_ptr cause);
    void ask_anew(restoring& standby);
    void ask_all_anew(std::string_view reason);
    void keep_up();
    void save(restoring& standby);
    [[nodiscard]] bool has_all(const restoring& standby);
    [[nodiscard]] standby_update update_of(const restoring& standby);
    void tell_suspended(const restoring& standby, standby_suspend_reason reason);

    kafka::consumer& consumer_;
    const thread_environment& environment_;
    std::vector<restoring> stores_;
    std::vector<standby_failure> failures_;
    const task_stores* failure_of_ = nullptr;
    bool assigned_ = false;
    shared_rest rest_;               ///< of asking for bounds
    std::optional<retry> assigning_; ///< nullopt: assigned, or not tried yet
    std::int64_t reads_on_at_ = 0;   ///< after a poll that failed, or where the disk lags, steady ms
    open_transaction_watch open_transactions_;
    restore_report report_;
};

} // namespace streams::inline v0
