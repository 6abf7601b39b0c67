// Where a stream thread reads its inputs, in steps between two polls.

#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/log.hpp>

#include <algorithm>
#include <vector>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds least_between_limits{1000};

} // namespace

/// Finds out where tasks begin that failed, or of which it was not known when they were assigned.
void stream_thread::locate_tasks(std::int64_t until) {
    const auto within = environment_.task_patience();
    for (const auto& each : tasks_.all()) {
        if (each->located) continue;
        if (!locating_) locating_.emplace(environment_.topology(), environment_.config, environment_.longest_step());
        if (!locating_->covers(each->inputs())) locating_->add(each->id(), each->inputs(), within);
    }
    if (!locating_) return;
    const bool all = locating_->step(*consumer_, environment_.time, until);
    for (const auto& each : tasks_.all())
        if (!each->located && each->state() == task_state::suspended) compare(*each);
    for (const auto& each : tasks_.all())
        if (!each->located && each->state() != task_state::suspended && locating_->knows(each->inputs())) {
            each->locate(locating_->committed(), locating_->positions());
            locating_->forget(each->inputs());
        }
    if (all) locating_.reset();
}

/// A task that stays, of which it was not known at the assignment whether others have worked on it.
void stream_thread::compare(managed_task& stays) {
    if (committer_->committing() || !locating_->knows_committed(stays.inputs())) return;
    if (!stays.stands_at(locating_->committed())) return restart(stays);
    stays.located = true;
    locating_->forget(stays.inputs());
    go_on_with(stays);
}

/// One that stays, and on which nobody else has worked.
void stream_thread::go_on_with(managed_task& stays) {
    tasks_.resume(stays);
    if (stays.running()) unresumed_.insert(unresumed_.end(), stays.inputs().begin(), stays.inputs().end());
}

/// Seeks in the inputs of tasks that start again, before they do.
void stream_thread::put_in_place(std::int64_t until) {
    std::vector<managed_task*> misplaced;
    for (const auto& each : tasks_.all())
        if (each->state() == task_state::restoring && !each->out_of_place.empty()) misplaced.push_back(each.get());
    std::ranges::stable_sort(misplaced, {},
                             [](const managed_task* each) { return each->seeking ? each->seeking->next() : 0; });
    for (managed_task* const each : misplaced)
        while (!each->out_of_place.empty() && environment_.time.steady_ms() < until)
            if (!sought_next(*each)) break;
}

/// Seeks in one input of the task; false: in vain, until later.
bool stream_thread::sought_next(managed_task& task) {
    const topic_partition& input = task.out_of_place.back();
    const std::int64_t offset = task.reads_on_at(input);
    if (!task.seeking)
        task.seeking = environment_.retried(concat("seek in ", to_string(input), " for ", task_name(task.id())));
    if (!task.seeking->step(seeking_rest_, [&](auto) { return consumer_->seek(input, offset); })) return false;
    task.seeking.reset();
    starts_[input] = offset;
    task.out_of_place.pop_back();
    return true;
}

/// Asks for the topics that tasks wait for which were set aside.
void stream_thread::learn_awaited(std::int64_t until) {
    std::vector<managed_task*> waiting;
    for (const auto& each : tasks_.all())
        if (each->awaited) waiting.push_back(each.get());
    std::ranges::stable_sort(waiting, {}, [](const managed_task* each) { return each->awaited->asking.next(); });
    for (managed_task* const each : waiting) {
        if (environment_.time.steady_ms() >= until) return;
        auto& [name, asking] = *each->awaited;
        if (asking.step(awaiting_rest_,
                        [&](auto timeout) { return committer_->collector().learn_partitions(name, timeout); }))
            each->awaited.reset();
    }
}

void stream_thread::resume_inputs() {
    if (!unresumed_.empty()) {
        if (!resuming_) resuming_ = environment_.retried("resume the inputs of a task");
        if (!resuming_->step([&](auto) { return consumer_->resume(unresumed_); })) return;
        unresumed_.clear();
    }
    resuming_.reset();
}

void stream_thread::reset_positions(std::span<const topic_partition> lost) {
    if (!rebalances_.empty()) return; // the next assignment says where its owner reads
    for (const topic_partition& partition : lost) {
        if (!tasks_.reads(partition)) continue; // given up since, or to be sought
        const auto reset = reset_of(environment_.topology(), environment_.config, partition.topic);
        if (reset == offset_reset::none)
            throw cluster_error(concat("the position in ", to_string(partition),
                                       " is not in its log any more, and auto.offset.reset is none; set it to earliest "
                                       "or latest"));
        lost_positions_.add(
            {partition, reset, environment_.retried(concat("find the bounds of ", to_string(partition)))},
            environment_.retried(concat("seek in ", to_string(partition))));
    }
}

void stream_thread::set_lost_positions(std::int64_t until) {
    for (const auto& [partition, offset] : lost_positions_.step(*consumer_, environment_.time, until)) {
        log(log_level::warn, concat("the position in ", to_string(partition),
                                    " is not in its log any more (deleted, or the topic was made anew): going on at "
                                    "offset ",
                                    offset));
        starts_[partition] = offset;
    }
}

/// Of inputs with nothing in their queues: those are being read, and what is known of their ends is fresh.
void stream_thread::watch_transactions() {
    if (!assigned_ || !open_transactions_.due()) return;
    open_transactions_.keep([&](const topic_partition& each) {
        return std::ranges::any_of(tasks_.all(),
                                   [&](const auto& task) { return std::ranges::count(task->inputs(), each) > 0; });
    });
    for (const stream_task* task : tasks_.running())
        for (std::size_t input = 0; input < task->inputs(); ++input)
            if (const record_queue& queue = task->input(input); queue.size() == 0)
                if (const auto start = position(queue.partition()))
                    open_transactions_.look(*consumer_, queue.partition(), *start);
}

/// Lets the consumer read no further for a task that starts again. Where it does, nobody takes the records: they are read
/// again.
void stream_thread::hold_back(const managed_task& task) {
    valve_.forget(task.inputs());
    lost_positions_.forget(task.inputs());
    std::erase_if(unresumed_, [&](const topic_partition& each) {
        return std::ranges::find(task.inputs(), each) != task.inputs().end();
    });
    static_cast<void>(consumer_->pause(task.inputs()));
}

/// Input beyond what the group has committed will be processed: a standby of a store that reuses its source does not show it.
void stream_thread::limit_standbys() {
    if (!assigned_ || environment_.time.steady_ms() < next_limit_) return;
    const auto inputs = tasks_.standbys().inputs();
    if (inputs.empty()) return;
    next_limit_ = environment_.time.after(std::max(environment_.config.commits_every(), least_between_limits));
    std::vector<kafka::committed_offset> committed;
    if (consumer_->committed(inputs, committed, slice))
        tasks_.limit_standbys(std::move(committed)); // else the next time
}

/// They are not read any more, or an assignment says from where.
void stream_thread::forget_inputs() {
    valve_.forget();
    lost_positions_.forget();
    unresumed_.clear();
    locating_.reset();
    resuming_.reset();
}

} // namespace streams::inline v0
