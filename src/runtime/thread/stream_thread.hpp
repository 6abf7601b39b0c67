#pragma once

#include "src/runtime/commit/committer.hpp"
#include "src/runtime/commit/repartition_purge.hpp"
#include "src/runtime/queues/input_valve.hpp"
#include "src/runtime/tasks/task_manager.hpp"
#include "src/runtime/thread/start_positions.hpp"
#include "src/runtime/thread/stream_times.hpp"
#include "src/runtime/thread/task_assignor.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// A consumer of the group, a producer, and the tasks that the group gave it (Kafka's `StreamThread`). It has no thread
/// of its own: somebody calls `run_once` until that says false, always from one thread.
class stream_thread final : private input_progress {
public:
    /// Makes the clients; talks to nobody yet. Throws config_error where a client refuses its settings.
    /// `number` counts from 1, as in Kafka's client ids.
    stream_thread(std::int32_t number, const thread_environment& environment);
    ~stream_thread();
    stream_thread(const stream_thread&) = delete;
    stream_thread& operator=(const stream_thread&) = delete;

    /// One turn: poll, take part in rebalances, restore, process, punctuate, commit. Waits for input up to poll.ms
    /// where there is nothing to do. False: the application was asked to stop, and it has,
    /// committed and closed.
    /// Throws what no retry helps; then only `abandon` may be called.
    bool run_once();
    /// Closes without committing: tasks first, then the clients.
    void abandon() noexcept;

    /// Of its thread, as Kafka Streams names it.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Whether it has joined and all its tasks run. From any thread, like the counts.
    [[nodiscard]] bool running() const noexcept { return running_.load(std::memory_order_acquire); }
    [[nodiscard]] std::uint64_t processed() const noexcept { return processed_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_.load(std::memory_order_relaxed); }
    [[nodiscard]] const drop_counters& drops() const noexcept { return drops_; }
    [[nodiscard]] const streams::stream_times& stream_times() const noexcept { return stream_times_; }

private:
    void turn_or_recover();
    void turn();
    void recover(const std::exception_ptr& failure);
    void join();
    void subscribe();
    void leave();
    void handle(const kafka::rebalance& change);
    void acknowledge(const kafka::rebalance& change);
    void take_on(const kafka::rebalance& assigned);
    void keep_only(const std::map<task_id, std::vector<topic_partition>>& wanted);
    [[nodiscard]] bool learn_assignment(std::vector<topic_partition>& group);
    void let_go();
    void give_up();
    void close_committed();
    /// Both: what lost_store_error there was, or null.
    [[nodiscard]] std::exception_ptr close_tasks() noexcept;
    [[nodiscard]] std::exception_ptr close() noexcept;
    void note_errors(const kafka::poll_result& polled);
    void reset_positions(std::span<const topic_partition> lost);
    void queue(std::vector<kafka::record_batch> batches);
    void locate(managed_task& planned);
    void restore();
    void resume(managed_task& task);
    void restart(managed_task& failed, const corrupt_task_error* damage = nullptr);
    void rebuild(const corrupt_task_error& damage);
    void roll_back();
    void open_again();
    void hold_back(const managed_task& task);
    void pause_to_recover(const std::exception_ptr& failure);
    void work();
    std::size_t process_round();
    void commit(const patience& within);
    void commit_when_due();
    [[nodiscard]] std::chrono::milliseconds poll_wait();
    [[nodiscard]] bool anything_processable();
    void report();
    void set_running(bool now);

    [[nodiscard]] std::optional<std::int64_t> lag(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> position(const topic_partition& partition) override;

    const thread_environment& environment_;
    std::string name_;
    std::unique_ptr<kafka::consumer> consumer_;
    std::unique_ptr<kafka::consumer> restore_consumer_;
    std::atomic<std::uint64_t> processed_{0};
    std::atomic<std::uint64_t> sent_{0};
    drop_counters drops_;
    streams::stream_times stream_times_;
    std::unique_ptr<committer> committer_;
    task_manager tasks_;
    input_valve valve_;
    repartition_purge purge_;
    std::unique_ptr<task_assignor> assignor_; ///< null before the first turn
    topic_layout layout_;                     ///< as of the last assignment: input topics may grow
    std::map<topic_partition, std::int64_t>
        starts_;            ///< where inputs are read from: their position until something is polled
    std::size_t round_ = 1; ///< records of a task between two looks at the clock
    std::int64_t last_commit_ = 0;
    std::int64_t last_poll_ = 0;
    std::int64_t reopen_at_ = 0; ///< nothing is opened or resumed before this, after a failure
    std::optional<std::int64_t> failing_since_;
    std::optional<std::int64_t> rebalancing_since_; ///< steady ms; nullopt: all tasks have run since the last rebalance
    std::chrono::milliseconds error_pause_{0};
    bool assigned_ = false;   ///< an assignment was received and not taken back
    bool all_queued_ = false; ///< no record lies between the consumer's position in an input and the queue of its task
    bool closed_ = false;
    std::atomic<bool> running_{false};
};

} // namespace streams::inline v0
