#include "src/runtime/topics/retention_watch.hpp"

#include <streams/core/log.hpp>

namespace streams::inline v0 {

bool retention_watch::first_warning(const std::string& store) {
    const std::lock_guard lock(mutex_);
    return warned_.insert(store).second;
}

void retention_watch::look(stream_task& task, const std::map<std::string, changelog_limits>& changelogs) {
    if (task.stream_time() < 0) return;
    const std::int64_t age = time_.wall_ms() - task.stream_time();
    for (const task_store& each : task.stores().all()) {
        const bool windowed = each.spec.is<window_kind>() || each.spec.is<session_kind>();
        if (!windowed || each.changelog_topic.empty()) continue;
        const auto& retention = changelogs.at(each.changelog_topic).retention;
        if (!retention || age <= retention->count() || !first_warning(each.spec.name)) continue;
        log(log_level::warn,
            concat("store ", each.spec.name, " takes events that are ", age, " ms old, and its changelog ",
                   each.changelog_topic, " keeps them for ", retention->count(),
                   " ms: the broker may delete what a restart needs; where a history is replayed, alter its "
                   "retention.ms, or raise windowstore.changelog.additional.retention.ms, or set topic.retention.ms, "
                   "before the topic is made"));
    }
}

} // namespace streams::inline v0
