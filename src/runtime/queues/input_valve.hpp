#pragma once

#include "src/core/memory_budget.hpp"
#include "src/kafka/client.hpp"
#include "src/runtime/tasks/task_manager.hpp"

#include <cstddef>
#include <vector>

namespace streams::inline v0 {

/// Pauses partitions of which too much waits in the queues of their tasks, and resumes them once that is done: by number,
/// far past `buffered.records.per.partition`, and by the bytes of memory that the budget has for a thread, in which all its inputs
/// share. Far, because pausing throws away what the client has fetched already: a queue that is being drained is never
/// paused, only one that waits for another partition or for slow code.
class input_valve {
public:
    static constexpr std::size_t pause_factor = 4;

    input_valve(kafka::consumer& consumer, memory_budget& budget, std::size_t buffered_records)
        : consumer_(consumer), memory_(budget, memory_role::input_queues), limit_(buffered_records) {}

    /// After records were queued.
    void filled(const stream_task& task, std::size_t input) {
        if (task.input(input).size() > limit_ * pause_factor) close(task.input(input).partition());
    }
    /// After a turn of processing.
    void turned(const task_manager& tasks);
    /// Partitions that are not owned any more.
    void forget() noexcept { closed_.clear(); }
    void forget(const std::vector<topic_partition>& partitions);

private:
    void close(const topic_partition& partition);
    void open_drained(const task_manager& tasks, std::size_t share);

    kafka::consumer& consumer_;
    memory_reservation memory_;
    std::size_t limit_; ///< records
    std::vector<topic_partition> closed_;
};

} // namespace streams::inline v0
