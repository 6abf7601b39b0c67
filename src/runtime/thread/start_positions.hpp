#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/retry.hpp"

#include <streams/core/config.hpp>
#include <streams/core/task_id.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Where a source topic begins without a committed offset: as its source says, else as configured; a repartition topic always
/// at its beginning, since nobody else reads it.
[[nodiscard]] offset_reset reset_of(const topology& topology, const streams_config& config, std::string_view full_name);

/// Asks the log of a partition where it begins or ends, one attempt a step.
class reset_search {
public:
    /// `reset`: earliest or latest.
    reset_search(topic_partition partition, offset_reset reset, const retry& attempts)
        : partition_(std::move(partition)), reset_(reset), attempts_(attempts) {}

    [[nodiscard]] const topic_partition& partition() const noexcept { return partition_; }
    /// The offset, once it is known. `rest`: that of all such searches. Throws as `retry`.
    [[nodiscard]] std::optional<std::int64_t> step(shared_rest& rest, kafka::consumer& consumer);
    [[nodiscard]] const retry& attempts() const noexcept { return attempts_; }

private:
    topic_partition partition_;
    offset_reset reset_;
    retry attempts_;
};

/// Finds out where tasks begin to read, in steps between two polls: what the group has committed, and then the bounds of the
/// logs of partitions for which that is nothing. All tasks are asked about in one call; where that fails, each by itself, so
/// that one in trouble holds up no other (an offset in a transaction that is open, a log without a leader).
class start_search {
public:
    /// All outlive the search. `longest`: no call waits longer for its answer.
    start_search(const topology& topology, const streams_config& config, std::chrono::milliseconds longest)
        : topology_(topology), config_(config), longest_(longest) {}

    /// Searches for the inputs of a task too. `within`: how long, counted for this task alone.
    void add(task_id task, std::vector<topic_partition> inputs, const patience& within);
    /// Whether it was told of these, and not to forget them.
    [[nodiscard]] bool covers(std::span<const topic_partition> inputs) const;
    /// Where these begin is of no interest, but what is committed for them.
    void leave_out(std::span<const topic_partition> inputs);
    /// They are of no interest any more, until they are added again. REQUIRES: all is known of them.
    void forget(std::span<const topic_partition> inputs);

    /// Goes on until the steady clock shows `until`. True: all is known. What it learns of committed offsets, it makes use of
    /// with the next step: what is left out before is not looked for in the logs. Throws as `retry`, naming the task, and
    /// cluster_error for a partition without a committed offset where auto.offset.reset is none.
    bool step(kafka::consumer& consumer, const clock& time, std::int64_t until);
    /// When there is something to do, steady ms; `never`: all is known.
    [[nodiscard]] std::int64_t next() const noexcept;
    /// Whether each task of which not all is known was asked about by itself, in vain.
    [[nodiscard]] bool tried() const noexcept;

    /// Whether it is known what is committed for all of these.
    [[nodiscard]] bool knows_committed(std::span<const topic_partition> inputs) const;
    /// Whether it is known too where they begin, but for those that were left out.
    [[nodiscard]] bool knows(std::span<const topic_partition> inputs) const;
    /// What the group has committed, as far as it is known; partitions without are left out.
    [[nodiscard]] const std::vector<kafka::committed_offset>& committed() const noexcept { return committed_; }
    /// As far as they are known, of partitions that were not left out before.
    [[nodiscard]] const std::vector<std::pair<topic_partition, std::int64_t>>& positions() const noexcept {
        return positions_;
    }

private:
    struct asking_task {
        task_id id;
        std::vector<topic_partition> inputs;
        patience within;
    };
    /// For what the group has committed; one call.
    struct question {
        std::vector<asking_task> tasks;
        retry attempts;
        bool alone = false; ///< it is of one task, since a call for several was in vain
    };
    struct unlocated_input {
        topic_partition partition;
        task_id task;
        patience within;
    };

    [[nodiscard]] question ask_for(asking_task task) const;
    void ask(kafka::consumer& consumer, const clock& time, std::int64_t until);
    [[nodiscard]] bool answered(question& asked, kafka::consumer& consumer);
    void ask_one_by_one();
    void locate(const unlocated_input& input);
    [[nodiscard]] reset_search look_up(const unlocated_input& input) const;
    void search_logs(kafka::consumer& consumer, const clock& time, std::int64_t until);

    const topology& topology_;
    const streams_config& config_;
    std::chrono::milliseconds longest_;
    std::vector<topic_partition> added_;
    std::vector<question> questions_;        ///< not answered yet
    std::vector<unlocated_input> unlocated_; ///< what is committed for them is known
    std::vector<reset_search> lookups_;      ///< not answered yet
    shared_rest rest_;
    bool logs_first_ = false; ///< what is committed was asked for last
    std::vector<kafka::committed_offset> committed_;
    std::vector<std::pair<topic_partition, std::int64_t>> positions_;
};

} // namespace streams::inline v0
