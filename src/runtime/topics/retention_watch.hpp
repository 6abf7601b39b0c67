#pragma once

#include "src/runtime/tasks/task.hpp"
#include "src/runtime/topics/internal_topics.hpp"

#include <streams/core/clock.hpp>

#include <mutex>
#include <set>
#include <string>

namespace streams::inline v0 {

/// Warns, once a store, where events are older than the broker keeps the store's changelog: Kafka deletes by the
/// records' timestamps, so that a history that is replayed is deleted as it is written, and the next restore lacks its
/// windows. Thread-safe.
class retention_watch {
public:
    /// Both outlive it.
    retention_watch(const topic_layout& layout, const clock& time) : layout_(layout), time_(time) {}
    /// Compares the events that a task has seen with the retention of its changelogs.
    void look(stream_task& task);

private:
    [[nodiscard]] bool first_warning(const std::string& store);

    const topic_layout& layout_;
    const clock& time_;
    std::mutex mutex_;
    std::set<std::string> warned_; ///< stores
};

} // namespace streams::inline v0
