#include "src/runtime/queues/partition_group.hpp"

#include <streams/core/saturation.hpp>

#include <algorithm>

namespace streams::inline v0 {

record_queue& partition_group::add_queue(topic_partition partition, source_node& source, rejected_records& rejected) {
    inputs_.push_back({std::make_unique<record_queue>(std::move(partition), source, rejected)});
    heads_.reserve(inputs_.size());
    return *inputs_.back().queue;
}

void partition_group::add(record_queue& queue, kafka::record_batch batch) {
    const bool was_empty = queue.empty();
    queue.add(std::move(batch));
    queue.release();
    if (!was_empty || queue.empty()) return;
    heads_.push(&queue);
    for (input& each : inputs_)
        if (each.queue.get() == &queue) each.deadline.reset();
}

partition_group::taken partition_group::take() {
    // The usual task has one queue with records: nothing to order then.
    const bool alone = heads_.size() == 1;
    record_queue& queue = alone ? *heads_.top() : *heads_.pop();
    const std::int64_t timestamp = queue.head_timestamp();
    const std::int64_t partition_time_before = queue.partition_time();
    const record_view& raw = queue.take();
    if (queue.empty()) {
        known_ready_ = false;
        if (alone) heads_.clear();
    } else if (!alone) {
        heads_.push(&queue);
    }
    const std::int64_t stream_time_before = stream_time_;
    stream_time_ = std::max(stream_time_, timestamp);
    return {queue, raw, timestamp, partition_time_before, stream_time_before};
}

bool partition_group::find_ready(std::int64_t now) {
    if (heads_.empty()) return false;
    if (max_idle_.count() < 0) return true;
    bool all = true;
    for (input& each : inputs_)
        if (each.queue->empty() && !may_skip(each, now)) all = false;
    return all;
}

bool partition_group::may_skip(input& idle, std::int64_t now) {
    if (progress_ != nullptr) {
        const auto lag = progress_->lag(idle.queue->partition());
        if (!lag || *lag > 0) return false;
    }
    if (!idle.deadline) idle.deadline = detail::add_sat(now, max_idle_.count());
    return *idle.deadline <= now;
}

std::size_t partition_group::buffered() const noexcept {
    std::size_t sum = 0;
    for (const input& each : inputs_) sum += each.queue->size();
    return sum;
}

} // namespace streams::inline v0
