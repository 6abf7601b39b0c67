#include "src/runtime/metrics/changelog_metrics.hpp"

#include "src/runtime/stores/told_in_turn.hpp"

#include <set>
#include <utility>

namespace streams::inline v0 {

using enum metric_id;

changelog_metrics::changelog_metrics(metrics_registry& registry, std::string client_id,
                                     std::map<std::string, std::int32_t, std::less<>> sub_topologies, const clock& time)
    : registry_(registry), client_id_(std::move(client_id)), sub_topologies_(std::move(sub_topologies)), time_(time),
      registered_(registry, *this) {}

restore_listener changelog_metrics::noting(const restore_listener& next) {
    const auto noted = [this](const restore_progress& now, std::int64_t rows = 0) {
        note(now.changelog, {task_of(now.store, now.changelog), now.end - now.next, false}, rows);
    };
    const auto forgotten = [this](const restore_progress& now) { forget(now.changelog); };
    return {
        .on_restore_start = told_in_turn(noted, next.on_restore_start),
        .on_batch_restored = told_in_turn(noted, next.on_batch_restored),
        .on_restore_end = told_in_turn(forgotten, next.on_restore_end),
        .on_restore_suspended = told_in_turn(forgotten, next.on_restore_suspended),
    };
}

standby_update_listener changelog_metrics::noting(const standby_update_listener& next) {
    const auto noted = [this](const standby_update& now, std::int64_t rows = 0) {
        note(now.changelog, {now.task, now.end - now.next, true}, rows);
    };
    const auto forgotten = [this](const standby_update& now, standby_suspend_reason) { forget(now.changelog); };
    return {
        .on_update_start = told_in_turn(noted, next.on_update_start),
        .on_batch_loaded = told_in_turn(noted, next.on_batch_loaded),
        .on_update_suspended = told_in_turn(forgotten, next.on_update_suspended),
    };
}

std::optional<task_id> changelog_metrics::task_of(std::string_view store, const topic_partition& changelog) const {
    const auto found = sub_topologies_.find(store);
    if (found == sub_topologies_.end()) return std::nullopt;
    return task_id{found->second, changelog.partition};
}

void changelog_metrics::note(const topic_partition& changelog, const standing& now, std::int64_t rows) {
    const std::lock_guard lock(mutex_);
    standings_.insert_or_assign(changelog, now);
    if (!now.task) return;
    progress& of_task = by_task_.try_emplace(*now.task, registry_.kept()).first->second;
    if (rows > 0)
        (now.standby ? of_task.updated : of_task.restored)
            .record(evenly(0, static_cast<std::size_t>(rows)), time_.steady_ms());
}

void changelog_metrics::forget(const topic_partition& changelog) {
    const std::lock_guard lock(mutex_);
    standings_.erase(changelog);
}

void changelog_metrics::read(metric_list& list) const {
    std::map<task_id, std::int64_t> remaining;
    std::set<task_id> standbys;
    const std::lock_guard lock(mutex_);
    for (const auto& [changelog, now] : standings_) {
        list.add(consumer_records_lag,
                 {client_id_ + "-restore-consumer", changelog.topic, std::to_string(changelog.partition)}, now.lag);
        if (!now.task) continue;
        if (now.standby)
            standbys.insert(*now.task);
        else
            remaining[*now.task] += now.lag;
    }
    list.add(updater_restoring_tasks, {client_id_}, remaining.size());
    list.add(updater_standby_tasks, {client_id_}, standbys.size());
    for (const auto& [task, records] : remaining)
        list.add(task_restore_remaining, {client_id_, to_string(task)}, records);
    for (const auto& [task, done] : by_task_) {
        const std::vector<std::string> labels{client_id_, to_string(task)};
        list.add_rate(task_restore_rate, task_restore_total, labels, done.restored.read(list.now()));
        list.add_rate(task_update_rate, task_update_total, labels, done.updated.read(list.now()));
    }
}

} // namespace streams::inline v0
