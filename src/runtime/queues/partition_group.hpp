#pragma once

#include "src/runtime/queues/priority_heap.hpp"
#include "src/runtime/queues/record_queue.hpp"
#include "src/runtime/thread/input_progress.hpp"

#include <streams/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// The record queues of a task: chooses the next record, the one with the smallest timestamp among the heads, and says
/// when choosing must wait for a partition that has nothing buffered (`max.task.idle.ms`, KIP-695).
class partition_group {
public:
    struct taken {
        record_queue& queue;
        const record_view& raw;
        std::int64_t timestamp;
        std::int64_t partition_time_before; ///< of the queue
        std::int64_t stream_time_before;
    };

    /// `max_idle` negative: never wait. `progress` null: an empty queue has no lag.
    partition_group(std::chrono::milliseconds max_idle, input_progress* progress)
        : max_idle_(max_idle), progress_(progress) {}

    /// A partition to read; before the first record. The reference is stable.
    record_queue& add_queue(topic_partition partition, source_node& source, rejected_records& rejected);
    [[nodiscard]] std::size_t size() const noexcept { return inputs_.size(); }
    [[nodiscard]] record_queue& queue(std::size_t at) noexcept { return *inputs_[at].queue; }
    [[nodiscard]] const record_queue& queue(std::size_t at) const noexcept { return *inputs_[at].queue; }

    void add(record_queue& queue, kafka::record_batch batch);

    /// Whether a record may be taken. Costs nothing while no queue runs empty.
    [[nodiscard]] bool ready(const clock& time) {
        if (!known_ready_) known_ready_ = find_ready(time.steady_ms());
        return known_ready_;
    }
    /// What is known of lags may have changed: after each poll.
    void polled() noexcept { known_ready_ = false; }
    /// REQUIRES: ready.
    [[nodiscard]] taken take();
    /// The record did not decode, so that its timestamp counts for nothing.
    void disregard(const taken& undecodable) noexcept {
        undecodable.queue.set_partition_time(undecodable.partition_time_before);
        stream_time_ = undecodable.stream_time_before;
    }

    /// Records not taken yet.
    [[nodiscard]] std::size_t buffered() const noexcept;
    /// The largest timestamp taken; -1 before the first.
    [[nodiscard]] std::int64_t stream_time() const noexcept { return stream_time_; }
    void set_stream_time(std::int64_t time) noexcept { stream_time_ = time; }

private:
    struct input {
        std::unique_ptr<record_queue> queue;
        std::optional<std::int64_t> deadline{}; ///< wait no longer than this for an idle partition, steady ms
    };
    struct earlier_head {
        bool operator()(const record_queue* a, const record_queue* b) const noexcept {
            return a->head_timestamp() < b->head_timestamp();
        }
    };
    [[nodiscard]] bool find_ready(std::int64_t now);
    [[nodiscard]] bool may_skip(input& idle, std::int64_t now);

    std::chrono::milliseconds max_idle_;
    input_progress* progress_;
    std::vector<input> inputs_;
    priority_heap<record_queue*, earlier_head> heads_;
    bool known_ready_ = false;
    std::int64_t stream_time_ = -1;
};

} // namespace streams::inline v0
