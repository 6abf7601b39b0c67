#include "src/runtime/task_commit.hpp"

#include "src/runtime/patience.hpp"

#include <algorithm>

namespace streams::inline v0 {
namespace {

/// The changelog offset that a store's content now covers.
std::optional<std::int64_t> covered_offset(const task_store& store, task_id task,
                                           std::span<const kafka::committed_offset> committed,
                                           producing_collector& collector) {
    if (store.changelog_topic.empty()) return std::nullopt;
    if (!store.reuses_source()) return collector.acknowledged(store.changelog_topic, task.partition);
    const auto input = std::find_if(committed.begin(), committed.end(), [&](const auto& each) {
        return each.partition.topic == store.changelog_topic && each.partition.partition == task.partition;
    });
    if (input == committed.end() || input->offset == 0) return std::nullopt;
    return input->offset - 1;
}

} // namespace

std::vector<kafka::committed_offset> commit_tasks(std::span<stream_task* const> tasks, bool all_queued,
                                                  producing_collector& collector, kafka::consumer& consumer,
                                                  std::chrono::milliseconds limit, clock& time) {
    for (stream_task* task : tasks)
        if (task->commit_needed()) task->prepare_commit();
    collector.flush(limit);

    std::vector<kafka::committed_offset> offsets;
    for (stream_task* task : tasks) {
        auto more = task->committable(all_queued);
        std::move(more.begin(), more.end(), std::back_inserter(offsets));
    }
    if (!offsets.empty())
        call_patiently(time, limit, "commit offsets", [&] { return consumer.commit(offsets); });
    for (stream_task* task : tasks)
        task->committed([&](const task_store& store) { return covered_offset(store, task->id(), offsets, collector); });
    return offsets;
}

} // namespace streams::inline v0
