#pragma once

#include "src/runtime/tasks/task_manager.hpp"

#include <cstdint>
#include <map>
#include <mutex>

namespace streams::inline v0 {

/// The stream times of tasks between which those of all others lie, ms.
struct stream_time_range {
    std::int64_t earliest;
    std::int64_t latest;
};

/// How far the tasks of one thread are in event time: noted by that thread, read by any.
class stream_times {
public:
    using by_sub_topology = std::map<std::int32_t, stream_time_range>;

    /// Notes the tasks that run now; those that have taken no record yet have no stream time.
    void note(const task_manager& tasks);
    /// Widens the ranges by what was noted.
    void add_to(by_sub_topology& ranges) const;

private:
    mutable std::mutex mutex_;
    by_sub_topology noted_;
};

} // namespace streams::inline v0
