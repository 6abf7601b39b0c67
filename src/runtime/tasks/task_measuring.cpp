// What a task measures of itself. Where nobody asks for it, as in the test driver, none of this is called.

#include "src/runtime/tasks/task.hpp"

#include <utility>
#include <vector>

namespace streams::inline v0 {

void stream_task::record_round(std::size_t taken, std::int64_t began) {
    task_metrics& metrics = *environment_.metrics;
    for (const input_state& input : inputs_) input.measured->took(input.queue->taken_timestamps(), metrics.thread());
    if (measures_each_) metrics.processed(taken, steady_time() - began, std::exchange(lateness_, {}));
}

bool stream_task::measured(bool punctuated) noexcept {
    if (punctuated && environment_.metrics != nullptr) environment_.metrics->punctuated();
    return punctuated;
}

void stream_task::measure_inputs() const {
    if (environment_.metrics == nullptr) return;
    std::vector<input_standing> standings;
    for (const input_state& input : inputs_) {
        const topic_partition& partition = input.queue->partition();
        standings.push_back(
            {.partition = partition,
             .lag = environment_.progress != nullptr ? environment_.progress->lag(partition) : std::nullopt,
             .buffered = input.queue->size()});
    }
    environment_.metrics->note(std::move(standings));
}

} // namespace streams::inline v0
