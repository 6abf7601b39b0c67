#include "src/runtime/thread/stream_times.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

void widen(stream_times::by_sub_topology& ranges, std::int32_t sub_topology, const stream_time_range& by) {
    const auto [at, is_new] = ranges.try_emplace(sub_topology, by);
    if (is_new) return;
    at->second.earliest = std::min(at->second.earliest, by.earliest);
    at->second.latest = std::max(at->second.latest, by.latest);
}

} // namespace

void stream_times::note(const task_manager& tasks) {
    by_sub_topology now;
    for (const stream_task* task : tasks.running()) {
        const std::int64_t time = task->stream_time();
        if (time >= 0) widen(now, task->id().subtopology, {time, time});
    }
    const std::lock_guard lock(mutex_);
    noted_ = std::move(now);
}

void stream_times::add_to(by_sub_topology& ranges) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [sub_topology, range] : noted_) widen(ranges, sub_topology, range);
}

} // namespace streams::inline v0
