#include "src/runtime/commit/at_least_once.hpp"

#include "src/runtime/commit/tell_tasks.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

at_least_once::at_least_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                             std::atomic<std::uint64_t>& sent, drop_counters& drops,
                             std::function<void()> while_waiting)
    : make_(std::move(make)), environment_(environment), producer_(make_()), consumer_(consumer),
      collector_(*producer_, environment.config, environment.time, environment.stop, sent, drops,
                 std::move(while_waiting)) {}

void at_least_once::begin(std::vector<stream_task*> tasks, const patience& within) {
    commit_under_way begun{.tasks = std::move(tasks), .within = within};
    for (stream_task* task : begun.tasks) {
        if (!task->commit_needed()) continue;
        task->flush_stores();
        begun.tells_last |= task->last_changelogs_wait();
    }
    commit_ = std::move(begun);
}

std::optional<std::vector<kafka::committed_offset>> at_least_once::step(std::chrono::milliseconds wait) {
    try {
        if (!go_on(*commit_, wait)) return std::nullopt;
    } catch (...) {
        commit_.reset();
        throw;
    }
    const auto done = std::exchange(commit_, std::nullopt);
    tell_tasks(done->tasks, done->offsets, collector_);
    collector_.refresh_partitions();
    return done->offsets;
}

bool at_least_once::go_on(commit_under_way& commit, std::chrono::milliseconds wait) {
    if (commit.at == stage::acknowledged) {
        if (!collector_.flush(commit.within, wait)) return false;
        tell_last(commit);
    }
    if (commit.at == stage::last_acknowledged) {
        if (!collector_.flush(commit.within, wait)) return false;
        commit.at = stage::offsets;
    }
    if (!commit.attempts) take_offsets(commit);
    return commit_offsets(commit, wait);
}

void at_least_once::tell_last(commit_under_way& commit) {
    for (stream_task* task : commit.tasks)
        if (task->commit_needed()) task->tell_last_changelogs();
    commit.at = commit.tells_last ? stage::last_acknowledged : stage::offsets;
}

void at_least_once::take_offsets(commit_under_way& commit) {
    for (stream_task* task : commit.tasks) {
        auto more = task->committable();
        std::ranges::move(more, std::back_inserter(commit.offsets));
    }
    // An answer that comes late is taken by the next attempt, so that none has to wait for long.
    commit.attempts.emplace(commit.within, "commit offsets",
                            std::min(environment_.longest_step(), retry::first_timeout));
}

bool at_least_once::commit_offsets(commit_under_way& commit, std::chrono::milliseconds wait) {
    if (commit.offsets.empty()) return true;
    commit.attempts->wait_at_most(wait);
    return commit.attempts->step([&](auto timeout) { return consumer_.commit(commit.offsets, timeout); });
}

void at_least_once::abort() {
    commit_.reset();
    collector_.give_up_sent();
}

void at_least_once::renew() {
    commit_.reset();
    producer_->close();
    producer_ = make_();
    collector_.use(*producer_);
}

void at_least_once::close() noexcept {
    commit_.reset();
    producer_->close();
}

} // namespace streams::inline v0
