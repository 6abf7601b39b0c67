#include "src/runtime/retention_watch.hpp"

#include "src/runtime/internal_topics.hpp"

#include <streams/core/log.hpp>

namespace streams::inline v0 {

bool retention_watch::first_warning(const std::string& store) {
    const std::lock_guard lock(mutex_);
    return warned_.insert(store).second;
}

void retention_watch::look(stream_task& task) {
    if (task.stream_time() < 0) return;
    const std::int64_t age = time_.wall_ms() - task.stream_time();
    for (const task_store& each : task.stores().all()) {
        const bool windowed = each.spec.kind == store_kind::window || each.spec.kind == store_kind::session;
        if (!windowed || each.changelog_topic.empty()) continue;
        const auto retention = changelog_retention(each.spec, config_);
        if (!retention || age <= retention->count() || !first_warning(each.spec.name)) continue;
        log(log_level::warn,
            concat("store ", each.spec.name, " takes events that are ", age, " ms old, and its changelog ",
                   each.changelog_topic, " is made to keep them for ", retention->count(),
                   " ms: the broker may delete what a restart needs; where a history is replayed, raise "
                   "windowstore.changelog.additional.retention.ms, or set topic.retention.ms, before the topic is "
                   "made, or alter its retention.ms"));
    }
}

} // namespace streams::inline v0
