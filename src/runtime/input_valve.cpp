#include "src/runtime/input_valve.hpp"

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

void input_valve::open_drained(const owned_tasks& tasks) {
    std::erase_if(closed_, [&](const topic_partition& each) {
        const auto route = tasks.find_route(each);
        if (route.task == nullptr) return true;
        return route.task->input(route.input).size() <= limit_ && consumer_.resume(std::array{each}).ok();
    });
}

} // namespace streams::inline v0
