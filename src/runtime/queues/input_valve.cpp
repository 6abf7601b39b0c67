#include "src/runtime/queues/input_valve.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <array>

namespace streams::inline v0 {

void input_valve::forget(const std::vector<topic_partition>& partitions) {
    std::erase_if(closed_, [&](const topic_partition& each) {
        return std::find(partitions.begin(), partitions.end(), each) != partitions.end();
    });
}

void input_valve::close(const topic_partition& partition) {
    if (std::find(closed_.begin(), closed_.end(), partition) != closed_.end()) return;
    // A pause that fails costs memory, not correctness; it is tried again with the next records.
    if (consumer_.pause(std::array{partition}).ok()) closed_.push_back(partition);
}

void input_valve::turned(const task_manager& tasks) {
    std::size_t inputs = 0;
    std::size_t waiting = 0;
    for (const auto& each : tasks.all()) {
        if (!each->running()) continue;
        each->task->keep_waiting();
        inputs += each->task->inputs();
        for (std::size_t input = 0; input < each->task->inputs(); ++input)
            waiting += each->task->input(input).waiting_bytes();
    }
    const std::size_t room = memory_.fit_to(waiting) ? memory_.most() : memory_.bytes();
    const std::size_t share = room / std::max<std::size_t>(inputs, 1);
    for (const auto& each : tasks.all()) {
        if (!each->running()) continue;
        for (std::size_t input = 0; input < each->task->inputs(); ++input)
            if (each->task->input(input).waiting_bytes() > share) close(each->task->input(input).partition());
    }
    if (!closed_.empty()) open_drained(tasks, share);
}

void input_valve::open_drained(const task_manager& tasks, std::size_t share) {
    std::erase_if(closed_, [&](const topic_partition& each) {
        const auto route = tasks.find_route(each);
        if (route.task == nullptr) return true;
        const record_queue& queue = route.task->input(route.input);
        return queue.size() <= limit_ && queue.waiting_bytes() <= share / 2 && consumer_.resume(std::array{each}).ok();
    });
}

} // namespace streams::inline v0
