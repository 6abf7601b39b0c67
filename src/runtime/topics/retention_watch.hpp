#pragma once

#include "src/runtime/tasks/task.hpp"
#include "src/runtime/topics/changelog_limits.hpp"

#include <streams/core/clock.hpp>

#include <map>
#include <mutex>
#include <set>
#include <string>

namespace streams::inline v0 {

/// Warns, once a store, where events are older than the broker keeps the store's changelog: Kafka deletes by the
/// records' timestamps, so that a history that is replayed is deleted as it is written, and the next restore lacks its
/// windows. Thread-safe.
class retention_watch {
public:
    /// `time` outlives it.
    explicit retention_watch(const clock& time) : time_(time) {}
    /// Compares the events that a task has seen with the retention of its changelogs.
    void look(stream_task& task, const std::map<std::string, changelog_limits>& changelogs);

private:
    [[nodiscard]] bool first_warning(const std::string& store);

    const clock& time_;
    std::mutex mutex_;
    std::set<std::string> warned_; ///< stores
};

} // namespace streams::inline v0
