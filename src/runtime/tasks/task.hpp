#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/commit/commit_metadata.hpp"
#include "src/runtime/global/global_stores.hpp"
#include "src/runtime/metrics/task_metrics.hpp"
#include "src/runtime/queues/partition_group.hpp"
#include "src/runtime/queues/punctuation_queue.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/tasks/pending_nodes.hpp"
#include "src/runtime/tasks/processor_graph.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/thread/input_progress.hpp"
#include "src/runtime/topics/topic_names.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/config.hpp>
#include <streams/core/isolation_level.hpp>
#include <streams/state/query/query_position.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/topology.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What a task is given by whoever runs it: a stream thread, or the test driver. The references outlive the task.
struct task_environment {
    const streams_config& config;
    const clock& time;
    record_collector& collector;
    drop_counters& drops;
    global_stores* globals = nullptr;   ///< null: the topology has no global stores
    input_progress* progress = nullptr; ///< null: inputs have no lag, positions are those of the records taken
    pending_limits pending{};           ///< of what nodes keep pending
    std::function<void()> wake{}; ///< has the task's thread look at it, from any thread; empty: it looks by itself
    /// Where true, the task's thread is needed between two records; null: it never is.
    const std::atomic<bool>* interrupted = nullptr;
    task_metrics* metrics = nullptr; ///< null: nothing is measured
    /// For messages: what to set so that records at which a node throws are dropped.
    std::string_view resuming = "processing.exception.handler to one that answers resume";
};

/// A sub-topology at work on one partition number (or, for the test driver, several sub-topologies at once): its nodes and
/// record queues, on stores that somebody else opened and restored (Kafka's `StreamTask`). The caller drives it: made,
/// initialised; then filled, processed, punctuated, committed; then closed. One thread. What throws leaves a task that can
/// only be abandoned.
class stream_task final : public task_context, private rejected_records {
public:
    /// Makes nodes. `stores`: of this task; they and `topology` outlive it. `inputs`: the partitions to read, full names.
    /// Throws topology_error.
    stream_task(task_stores& stores, const topology& topology, const std::vector<sub_topology>& parts,
                std::vector<topic_partition> inputs, const task_environment& environment);
    ~stream_task() override;
    stream_task(const stream_task&) = delete;
    stream_task& operator=(const stream_task&) = delete;

    [[nodiscard]] task_stores& stores() noexcept { return stores_; }
    /// Initialises the nodes. REQUIRES: the stores are restored. `committed`: what the group has committed for the inputs, for its metadata.
    void initialize(std::span<const kafka::committed_offset> committed);
    /// Says that it was suspended until now.
    void go_on() { runs_since_ = wall_time(); }

    /// Reads these partitions too. Throws topology_error where no source of `parts` reads one.
    void add_inputs(const std::vector<sub_topology>& parts, std::vector<topic_partition> inputs);
    /// The position of an input partition, for `add`; the number of inputs where there is none.
    [[nodiscard]] std::size_t input_of(const topic_partition& partition) const noexcept;
    [[nodiscard]] std::size_t inputs() const noexcept { return group_.size(); }
    [[nodiscard]] const record_queue& input(std::size_t at) const noexcept { return group_.queue(at); }
    /// Queues records of an input; extracts the timestamp of its head. Throws where there is none; see record_failure.
    void add(std::size_t input, kafka::record_batch batch) { group_.add(group_.queue(input), std::move(batch)); }
    /// To be called between turns; see record_queue.
    void keep_waiting() {
        for (std::size_t at = 0; at < inputs(); ++at) group_.queue(at).keep_waiting();
    }
    /// Notes for the metrics how its inputs stand.
    void measure_inputs() const;
    /// Says that the consumer has polled, so that its lags may have changed.
    void polled() noexcept { group_.polled(); }
    [[nodiscard]] std::size_t buffered() const noexcept { return group_.buffered(); }

    /// Whether `process` would take a record: one is queued, and no partition is waited for (`max.task.idle.ms`), and
    /// no node holds the input back, or has as many records pending as it may.
    [[nodiscard]] bool processable() { return takes_input_ && !held() && group_.ready(environment_.time); }
    /// Until when a node holds the input back, ms of the wall clock; 0: none does.
    [[nodiscard]] std::int64_t held_until() const noexcept { return held_until_; }
    /// Processes one record. False: none is processable.
    /// Throws what the deserialization and processing handlers do not answer with resume: see record_failure.
    bool process();
    /// Processes up to `most` records, one where it is interrupted before; how many it took.
    std::size_t process(std::size_t most);

    /// Whether nodes have records pending: taken and neither forwarded nor dropped yet.
    [[nodiscard]] bool pending() const noexcept { return pending_.count() > 0; }
    [[nodiscard]] std::size_t pending_count() const noexcept { return pending_.count(); }
    /// When `work_on_pending` has something to do, steady ms, long ago for at once; `never`: not before the task is woken.
    [[nodiscard]] std::int64_t next_pending() const noexcept { return pending_.next(); }
    /// Goes on with pending records as far as it can be done now; false: none is due. Throws as `process`.
    bool work_on_pending();
    /// Takes no input, and punctuates nothing, until the next commit, so that no record is pending then: from the caches
    /// of stores to the last node. Called again until it says so; it never waits. Throws as `process`, and `flush_stores`.
    [[nodiscard]] bool settle();
    /// The commit for which it has settled is not made: it goes on.
    void unsettle() {
        settling_ = false;
        takes_input_ = pending_.have_room();
    }

    /// Runs the punctuations that are due; false: none was.
    bool punctuate_stream_time();
    bool punctuate_wall_clock();

    /// Something was processed or punctuated since the last commit.
    [[nodiscard]] bool commit_needed() const noexcept { return commit_needed_; }
    /// A node asked for a commit since the last one.
    [[nodiscard]] bool commit_requested() const noexcept { return commit_requested_; }
    /// Bytes that the stores hold until the next commit.
    [[nodiscard]] std::size_t uncommitted_bytes() const { return stores_.uncommitted_bytes(); }
    /// A commit begins: see task_stores::flush.
    void flush_stores();
    /// Whether changelogs wait that are to be told after all else that was flushed is safe.
    [[nodiscard]] bool last_changelogs_wait() const { return stores_.last_wait(); }
    /// Tells them, after which no store is dirty.
    void tell_last_changelogs() { stores_.drain_last(); }
    /// What is to be committed: the inputs whose offset or metadata changed since the last commit, behind the control
    /// records that follow the last record.
    /// REQUIRES: no record is pending, all changelogs are told, and nothing was written to a store since; what was polled is
    /// added.
    [[nodiscard]] std::vector<kafka::committed_offset> committable();
    /// The offset at which an input is to be read on, after what waits in its queue; nullopt: nothing was read or committed.
    [[nodiscard]] std::optional<std::int64_t> reads_on_at(std::size_t input) const;
    /// What was committed last, of the inputs for which something was.
    [[nodiscard]] std::vector<kafka::committed_offset> last_committed() const;
    /// Of which input a store holds what it has led to: without a changelog, of none from before it was opened alone. REQUIRES:
    /// the store is here.
    [[nodiscard]] query_position covered(std::string_view store, isolation_level seen) const;
    /// Whether the group's committed offsets of the inputs are those that this task knows, so that nobody else has been at
    /// work on them since.
    [[nodiscard]] bool stands_at(std::span<const kafka::committed_offset> committed) const;
    /// The last committable offsets are committed, and changelogs are acknowledged up to `acknowledged`.
    void committed(const std::function<std::optional<std::int64_t>(const task_store&)>& acknowledged);

    /// Closes the nodes, all of them; throws what the first throws that does, or streams_error where one of them forwards
    /// records to a node that keeps them pending, which nobody goes on with any more. The stores stay. Safe to call twice.
    void close();
    /// The same, where errors are only logged.
    void abandon() noexcept;

    [[nodiscard]] std::string_view application_id() const noexcept override {
        return environment_.config.application_id;
    }
    [[nodiscard]] const streams_config& config() const noexcept override { return environment_.config; }
    [[nodiscard]] task_id id() const noexcept { return stores_.task(); }
    [[nodiscard]] task_id task() const noexcept override { return stores_.task(); }
    [[nodiscard]] state_store& store(std::string_view name) override;
    [[nodiscard]] record_collector& collector() override { return environment_.collector; }
    [[nodiscard]] std::string topic_name(std::string_view declared) const override;
    void drop(drop_reason reason, std::string_view node) override;
    [[nodiscard]] std::int64_t stream_time() const noexcept override { return group_.stream_time(); }
    [[nodiscard]] std::int64_t wall_time() const override { return environment_.time.wall_ms(); }
    [[nodiscard]] std::int64_t steady_time() const override { return environment_.time.steady_ms(); }
    [[nodiscard]] std::int64_t runs_since() const noexcept override { return runs_since_; }
    cancellable schedule(std::string_view node, std::int64_t start_time, std::chrono::milliseconds interval,
                         punctuation_type type, std::function<void(std::int64_t)> callback) override;
    cancellable schedule(std::string_view node, std::chrono::milliseconds interval, punctuation_type type,
                         std::function<void(std::int64_t)> callback) override;
    void node_failed(std::string_view node, std::int64_t timestamp, streams::headers& headers) override;
    void not_serialized(std::string_view node, production_step step, const output_record& output) override;
    void request_commit() noexcept override { commit_requested_ = true; }
    [[nodiscard]] std::optional<std::int64_t> processor_metadata(std::string_view name) const override;
    void set_processor_metadata(std::string_view name, std::int64_t value) override;
    std::function<void()> add_pending(pending_records& of_node) override;
    void hold_input_until(std::int64_t wall_time) override;

private:
    struct input_state {
        record_queue* queue;
        std::optional<std::int64_t> committed_offset{};
        std::optional<std::int64_t> committed_after{}; ///< the offset after the last record taken, at that commit
        commit_metadata committed_metadata{};
        task_metrics::measured_input* measured = nullptr; ///< null: nothing is
    };
    struct prepared {
        std::size_t input;
        std::int64_t offset;
        std::optional<std::int64_t> after_taken;
        commit_metadata metadata;
    };

    /// Throws what `work` throws, and what nodes have caught in it that was not theirs to catch, the damage of a store with its
    /// task.
    template <class Work>
    void call_nodes(const Work& work) {
        const kept_failure& kept = stores_.failure();
        stores_.failure().forget();
        naming_damage(id(), [&] {
            try {
                work();
            } catch (...) {
                kept.rethrow();
                throw;
            }
            kept.rethrow();
        });
    }
    [[nodiscard]] bool held() const;
    [[nodiscard]] state_store* global_reader(std::string_view name);
    void record_round(std::size_t taken, std::int64_t began);
    [[nodiscard]] bool measured(bool punctuated) noexcept;
    void run(const partition_group::taken& next);
    void begin_record(const partition_group::taken& next) noexcept;
    void begin_without_record(std::int64_t timestamp) noexcept;
    void punctuate(std::string_view node, const punctuation_queue::callback& call, std::int64_t time);
    void undecodable_head(const record_queue& queue, const record_view& raw, const undecodable& cause);
    void invalid_timestamp(const record_queue& queue, const record_view& raw) override;
    void untimed_head(const record_queue& queue, const record_view& raw, const std::exception& cause) override;
    void answer_for(std::string_view node, std::int64_t timestamp, const streams::headers& headers,
                    const std::exception& cause);
    void answer_for(const unwritable_record& failed, const std::exception& cause);
    void write_dead_letters(std::string_view node, const std::vector<dead_letter>& letters, bool failing);
    [[nodiscard]] const record_view* raw_at_hand() const noexcept;

    task_stores& stores_;
    const topology& topology_;
    task_environment environment_;
    processor_graph graph_;
    std::map<std::string, std::unique_ptr<state_store>, std::less<>> global_readers_; ///< those asked for so far
    partition_group group_;
    std::vector<input_state> inputs_;
    const bool measures_each_; ///< record, and the time of each round
    measurements lateness_;    ///< of the records of a round
    std::map<std::string, std::int64_t> processor_metadata_;
    pending_nodes pending_;
    const std::atomic<bool>& interrupted_;
    bool settling_ = false;   ///< until the next commit
    bool takes_input_ = true; ///< as far as it is up to what is pending
    punctuation_queue on_stream_time_;
    punctuation_queue on_wall_clock_;
    headers headers_;                  ///< of the record at hand: nodes may change them, the log's stay as they are
    const record_view* raw_ = nullptr; ///< the input record that is being processed; null: none is
    const topic_partition* raw_from_ = nullptr; ///< where it came from
    const node_spec* initialising_ = nullptr;
    std::vector<prepared> prepared_;
    std::array<bool, drop_reasons> drop_logged_{};
    bool commit_needed_ = false;
    bool commit_requested_ = false;
    std::int64_t held_until_ = 0; ///< ms of the wall clock, as held_since_
    std::int64_t held_since_ = 0;
    std::int64_t runs_since_ = 0; ///< ms of the wall clock
    bool initialized_ = false;
    bool closed_ = false;
};

} // namespace streams::inline v0
