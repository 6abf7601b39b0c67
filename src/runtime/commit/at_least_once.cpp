#include "src/runtime/commit/at_least_once.hpp"

#include "src/runtime/thread/retry.hpp"

#include <algorithm>
#include <exception>
#include <utility>

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

at_least_once::at_least_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                             std::atomic<std::uint64_t>& sent)
    : make_(std::move(make)), producer_(make_()), consumer_(consumer),
      collector_(*producer_, environment.config, environment.time, environment.stop, sent) {}

void at_least_once::prepare(std::span<stream_task* const> tasks, const patience& within) {
    bool last_wait = false;
    for (stream_task* task : tasks) {
        if (!task->commit_needed()) continue;
        task->flush_stores();
        last_wait |= task->last_changelogs_wait();
    }
    collector_.flush(within);
    for (stream_task* task : tasks)
        if (task->commit_needed()) task->tell_last_changelogs();
    if (last_wait) collector_.flush(within);
}

std::vector<kafka::committed_offset> at_least_once::commit(std::span<stream_task* const> tasks, bool all_queued,
                                                           const patience& within) {
    std::vector<kafka::committed_offset> offsets;
    for (stream_task* task : tasks) {
        auto more = task->committable(all_queued);
        std::move(more.begin(), more.end(), std::back_inserter(offsets));
    }
    if (!offsets.empty()) call_patiently(within, "commit offsets", [&] { return consumer_.commit(offsets); });
    std::exception_ptr failure;
    for (stream_task* task : tasks) {
        try {
            task->committed(
                [&](const task_store& store) { return covered_offset(store, task->id(), offsets, collector_); });
        } catch (const std::exception&) { // the offsets of the others are committed all the same
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
    return offsets;
}

void at_least_once::renew() {
    producer_->close();
    producer_ = make_();
    collector_.use(*producer_);
}

void at_least_once::close() noexcept { producer_->close(); }

} // namespace streams::inline v0
