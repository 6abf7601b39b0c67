#pragma once

#include "src/runtime/commit/committer.hpp"
#include "src/runtime/commit/repartition_purge.hpp"
#include "src/runtime/metrics/thread_metrics.hpp"
#include "src/runtime/queries/query_mailbox.hpp"
#include "src/runtime/queries/query_share.hpp"
#include "src/runtime/queues/input_valve.hpp"
#include "src/runtime/tasks/task_manager.hpp"
#include "src/runtime/thread/commit_pace.hpp"
#include "src/runtime/thread/lost_positions.hpp"
#include "src/runtime/thread/missing_topics.hpp"
#include "src/runtime/thread/open_transaction_watch.hpp"
#include "src/runtime/thread/start_positions.hpp"
#include "src/runtime/thread/stream_times.hpp"
#include "src/runtime/thread/task_assignor.hpp"
#include "src/runtime/thread/thread_environment.hpp"
#include "src/runtime/thread/trouble.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The name of a stream thread, as Kafka Streams gives it. `number` counts from 1.
[[nodiscard]] std::string thread_name(std::string_view client_id, std::int32_t number);

/// How a thread is known to its group (KIP-345): a static member by an id that outlives it.
enum class membership { static_member, dynamic_member };

/// A consumer of the group, a producer, and the tasks that the group gave it (Kafka's `StreamThread`). It has no thread
/// of its own: somebody calls `run_once` until that says false, always from one thread. Whatever has to wait for the cluster
/// is gone on with in steps, a turn each (docs/adr/0032-stepped-calls.md).
class stream_thread final : private input_progress {
public:
    /// Makes the clients; talks to nobody yet. Throws config_error where a client refuses its settings.
    /// `stop`: its own. It and `environment` outlive it.
    stream_thread(std::int32_t number, const shared_environment& environment, const stop_source& stop,
                  membership joins_as);
    ~stream_thread();
    stream_thread(const stream_thread&) = delete;
    stream_thread& operator=(const stream_thread&) = delete;

    /// One turn: poll, take part in rebalances, restore, process, punctuate, commit. Waits for input up to poll.ms
    /// where there is nothing to do. False: it was asked to stop, and has, committed and closed.
    /// Throws what no retry helps, and lost_place_error; then only `abandon` may be called.
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
    /// The drops of records that the cluster has refused.
    [[nodiscard]] const drop_counters& unwritten() const noexcept { return metrics_.unwritten(); }
    [[nodiscard]] const streams::stream_times& stream_times() const noexcept { return stream_times_; }

private:
    /// Of what is done in steps, between two polls.
    static constexpr std::chrono::milliseconds slice{100};
    /// What becomes of an assignment until it is acknowledged.
    struct taking_on {
        retry learning; ///< what the group gave to all of its members
        std::vector<kafka::group_member> members{};
        std::vector<topic_partition> group{};                     ///< what all of them have
        std::map<task_id, std::vector<topic_partition>> wanted{}; ///< tasks, with their inputs
        std::optional<start_search> starts{};                     ///< nullopt: what is wanted is not known yet
        std::vector<task_id> uncompared{}; ///< of those that stay: whether others had them is not known yet
        std::vector<task_id> standbys{};   ///< that are kept beside those
    };

    // stream_thread.cpp: turns and their pace
    [[nodiscard]] std::unique_ptr<committer> make_committer(std::int32_t number);
    void turn_or_recover();
    void turn();
    void join();
    void follow_topics();
    void subscribe();
    void poll(std::chrono::milliseconds wait, std::size_t most);
    static void throw_unreadable(std::span<const kafka::result> errors);
    [[nodiscard]] bool polls_late() const;
    void note_missing(std::span<const std::string> topics);
    void pause_after(std::span<const kafka::result> errors, bool brought_records);
    void queue_polled();
    void stay_in_group();
    void restore();
    void note_pause();
    void work();
    [[nodiscard]] std::size_t punctuate();
    std::size_t process_round();
    std::size_t process(stream_task& task, std::size_t most);
    void measure(bool all_run);
    [[nodiscard]] std::chrono::milliseconds poll_wait();
    [[nodiscard]] std::int64_t next_step() const;
    [[nodiscard]] bool anything_processable();
    void report();
    void set_running(bool now);

    // stream_thread_queries.cpp
    [[nodiscard]] bool queries_are_due() const;
    void serve_queries();
    void publish_tasks();
    void end_queries() noexcept;

    // stream_thread_rebalance.cpp
    void go_on_with_rebalances();
    void note_generation();
    void pass_over(const kafka::rebalance& assigned);
    [[nodiscard]] bool done(const kafka::rebalance& change);
    [[nodiscard]] bool acknowledged(const kafka::rebalance& change);
    [[nodiscard]] bool taken_on(const kafka::rebalance& assigned);
    [[nodiscard]] bool learned_assignment();
    void turn_down(const kafka::rebalance& assigned);
    [[nodiscard]] bool is_outdated() const;
    [[noreturn]] void leave_outdated(const kafka::rebalance& assigned);
    void adopt_group();
    void want(const kafka::rebalance& assigned);
    [[nodiscard]] std::vector<std::vector<task_id>> standbys_by_member() const;
    void adopt_standbys();
    void adopt_view();
    [[nodiscard]] std::vector<topic_partition> inputs_of(task_id task) const;
    [[nodiscard]] bool found_starts();
    void close_strangers();
    void hand_over(std::span<const task_id> tasks);
    void begin_assigned(const kafka::rebalance& assigned);
    [[nodiscard]] bool let_go();
    void hand_over_uncommitted(const std::exception_ptr& failure);

    // stream_thread_inputs.cpp: where inputs are read from
    void locate_tasks(std::int64_t until);
    void compare(managed_task& stays);
    void go_on_with(managed_task& stays);
    void put_in_place(std::int64_t until);
    [[nodiscard]] bool sought_next(managed_task& task);
    void learn_awaited(std::int64_t until);
    void resume_inputs();
    void reset_positions(std::span<const topic_partition> lost);
    void set_lost_positions(std::int64_t until);
    void hold_back(const managed_task& task);
    void watch_transactions();
    void forget_inputs();
    void limit_standbys();

    // stream_thread_commit.cpp
    [[nodiscard]] bool commit_due();
    [[nodiscard]] bool commit_where_due();
    void call_to_commit();
    [[nodiscard]] bool commit_settled(const patience& within);
    [[nodiscard]] std::vector<stream_task*> settled();
    void await_settled_commits(const patience& within);
    void begin_commit(std::vector<stream_task*> tasks, const patience& within);
    void forget_due() noexcept;
    [[nodiscard]] bool commit_done();
    void await_commit(const patience& within);
    void leave();
    void close_committed();
    [[nodiscard]] std::exception_ptr close() noexcept;

    // stream_thread_recovery.cpp
    void recover(const std::exception_ptr& failure);
    void give_up();
    /// What lost_store_error there was, or null.
    [[nodiscard]] std::exception_ptr close_tasks() noexcept;
    void restart(managed_task& failed);
    void rebuild(const corrupt_task_error& damage);
    void undo();
    void set_aside(const unknown_partitions_error& cause);
    void open_again();
    void open_anew();
    void roll_back(std::span<managed_task* const> tasks);
    void pause_to_recover(const std::exception_ptr& failure);
    void note_recovery();

    [[nodiscard]] std::optional<std::int64_t> lag(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> position(const topic_partition& partition) override;

    thread_environment environment_;
    std::string name_;
    memory_reservation fetch_queue_;
    memory_reservation restore_queue_;
    memory_reservation send_queue_;
    std::unique_ptr<kafka::consumer> consumer_;
    std::unique_ptr<kafka::consumer> restore_consumer_;
    std::shared_ptr<query_mailbox> mailbox_;
    query_share share_;
    task_directory::standing published_;
    std::atomic<std::uint64_t> processed_{0};
    std::atomic<std::uint64_t> sent_{0};
    drop_counters drops_; ///< of tasks; those of the collector are in the metrics
    thread_metrics metrics_;
    streams::stream_times stream_times_;
    std::unique_ptr<committer> committer_;
    task_manager tasks_;
    input_valve valve_;
    memory_reservation uncommitted_; ///< for updates of all tasks
    repartition_purge purge_;
    std::unique_ptr<task_assignor> assignor_; ///< null before the first turn
    topic_layout layout_;                     ///< as of the last assignment: input topics may grow
    std::optional<retry> subscribing_;        ///< nullopt: subscribed
    const topic_view* subscribed_ = nullptr;  ///< to the topics of this view, or on its way to
    std::deque<kafka::rebalance> rebalances_; ///< not acknowledged yet
    std::optional<std::int32_t> generation_;  ///< of the last assignment; nullopt: not known
    std::vector<topic_partition> given_;      ///< by it
    bool was_assigned_ = false;               ///< something, by any
    missing_topics missing_;
    std::optional<taking_on> taking_on_;      ///< the first of them is an assignment, and was begun
    std::optional<retry> acknowledging_;      ///< all that the first of them asks for is done
    std::vector<kafka::record_batch> polled_; ///< not queued yet
    std::map<topic_partition, std::int64_t>
        starts_;                           ///< where inputs are read from: their position until something is polled
    std::optional<start_search> locating_; ///< of tasks that start again
    shared_rest seeking_rest_;
    shared_rest awaiting_rest_; ///< of asking for topics that tasks wait for
    lost_positions lost_positions_;
    open_transaction_watch open_transactions_;
    std::vector<topic_partition> unresumed_; ///< inputs of running tasks that the consumer still holds back
    std::optional<retry> resuming_;          ///< those
    std::size_t round_ = 1;                  ///< records of a task between two looks at the clock
    std::size_t first_of_round_ = 0;         ///< task
    commit_pace pace_;
    std::vector<task_id> due_; ///< tasks that the commit which is due has not taken in, since they have records pending
    std::optional<std::int64_t> settling_since_; ///< it waits for those, steady ms
    std::size_t most_pending_ =
        memory::unlimited;               ///< records of a task: fewer, where more held a transaction up for too long
    bool updates_fit_ = true;            ///< into what the budget has for them
    std::optional<patience> letting_go_; ///< of partitions that were revoked
    std::int64_t last_poll_ = 0;
    std::int64_t next_limit_ = 0; ///< when standbys are told what is committed, steady ms
    std::int64_t reopen_at_ = 0;  ///< nothing is opened or resumed before this, after a failure
    trouble trouble_;
    bool refusal_logged_ = false;
    bool commits_work_ = false; ///< the commit that was begun last: something was done since the one before
    std::optional<std::int64_t> rebalancing_since_; ///< steady ms; nullopt: all tasks have run since the last rebalance
    std::chrono::milliseconds error_pause_{0};
    bool ready_ = false;    ///< the committer is: tasks may be started and process
    bool assigned_ = false; ///< an assignment was taken on and not taken back
    bool closed_ = false;
    bool paused_ = false;       ///< nothing is processed, punctuated or restored
    bool begins_pause_ = false; ///< what was done before it is not committed yet
    std::atomic<bool> running_{false};
};

} // namespace streams::inline v0
