#include "src/runtime/commit/tell_tasks.hpp"

#include "src/core/first_failure.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {
namespace {

/// The changelog offset that a store's content now covers.
std::optional<std::int64_t> covered_offset(const task_store& store, task_id task,
                                           std::span<const kafka::committed_offset> committed,
                                           producing_collector& collector) {
    if (store.changelog_topic.empty()) return std::nullopt;
    if (!store.reuses_source()) return collector.acknowledged(store.changelog_topic, task.partition);
    const auto input = std::ranges::find(committed, topic_partition{store.changelog_topic, task.partition},
                                         &kafka::committed_offset::partition);
    if (input == committed.end() || input->offset == 0) return std::nullopt;
    return input->offset - 1;
}

} // namespace

void tell_tasks(std::span<stream_task* const> tasks, std::span<const kafka::committed_offset> committed,
                producing_collector& collector) {
    std::vector<task_id> done;
    for (const stream_task* task : tasks)
        if (task->commit_needed()) done.push_back(task->id()); // the others have done nothing, or not again yet
    collector.committed(done, committed);
    first_failure failure;
    for (stream_task* task : tasks) // the offsets of the others are committed all the same
        failure.attempt([&] {
            task->committed(
                [&](const task_store& store) { return covered_offset(store, task->id(), committed, collector); });
        });
    failure.rethrow();
}

} // namespace streams::inline v0
