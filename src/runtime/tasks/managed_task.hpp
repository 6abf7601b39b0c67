#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/stores/task_stores.hpp"
#include "src/runtime/tasks/task.hpp"
#include "src/runtime/tasks/task_errors.hpp"
#include "src/runtime/tasks/task_state.hpp"
#include "src/runtime/thread/retry.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What a task waits for that was set aside.
struct awaited_topic {
    std::string name;
    retry asking; ///< for its partitions
};

/// A task that a stream thread has, from its assignment to its close.
class managed_task {
public:
    managed_task(task_id id, std::vector<topic_partition> inputs) : id_(id), inputs_(std::move(inputs)) {}

    [[nodiscard]] task_id id() const noexcept { return id_; }
    [[nodiscard]] const std::vector<topic_partition>& inputs() const noexcept { return inputs_; }
    [[nodiscard]] task_state state() const noexcept { return state_; }
    [[nodiscard]] bool running() const noexcept { return state_ == task_state::running; }
    /// REQUIRES: the task may become so, see may_become.
    void become(task_state next) noexcept {
        assert(may_become(state_, next));
        state_ = next;
    }
    void suspend(task_state resumes_as) noexcept {
        become(task_state::suspended);
        resumes_as_ = resumes_as;
    }
    void resume() noexcept { become(resumes_as_); }
    /// Whether the group's committed offsets of the inputs are those that this task knows, so that nobody else has been at
    /// work on them since.
    [[nodiscard]] bool stands_at(std::span<const kafka::committed_offset> found) const {
        if (task) return task->stands_at(found);
        return std::ranges::all_of(inputs_, [&](const topic_partition& input) {
            const auto offset_in = [&](std::span<const kafka::committed_offset> in) {
                const auto at = std::ranges::find(in, input, &kafka::committed_offset::partition);
                return at == in.end() ? -1 : at->offset;
            };
            return offset_in(found) == offset_in(committed);
        });
    }

    /// The offset at which an input is to be read on: after what waits in its queue, or after what was committed.
    [[nodiscard]] std::int64_t reads_on_at(const topic_partition& input) const {
        if (task)
            if (const auto at = task->reads_on_at(task->input_of(input))) return *at;
        const auto found = std::ranges::find(committed, input, &kafka::committed_offset::partition);
        return found == committed.end() ? begins.at(input) : found->offset;
    }

    /// Takes what concerns its inputs of what is committed, and of where inputs begin to be read.
    void locate(std::span<const kafka::committed_offset> found,
                std::span<const std::pair<topic_partition, std::int64_t>> positions) {
        const auto reads = [&](const topic_partition& input) {
            return std::ranges::find(inputs_, input) != inputs_.end();
        };
        committed.clear();
        for (const auto& each : found)
            if (reads(each.partition)) committed.push_back(each);
        for (const auto& [partition, offset] : positions)
            if (reads(partition)) begins[partition] = offset;
        located = true;
    }

    /// The consumer reads none of the inputs where it is to go on: each is to be sought.
    void misplace() {
        out_of_place = inputs_;
        seeking.reset();
    }
    void stay_in_place() noexcept {
        out_of_place.clear();
        seeking.reset();
    }

    bool located =
        false; ///< the two that follow are known; of one that is suspended: nobody else has worked on it since
    std::map<topic_partition, std::int64_t> begins{}; ///< of the inputs: where they begin while nothing is committed
    std::vector<kafka::committed_offset> committed{}; ///< of the inputs, before nodes are made
    std::vector<topic_partition> out_of_place{}; ///< inputs that the consumer does not yet read where it is to go on
    std::optional<retry> seeking{};              ///< in the last of them
    std::optional<awaited_topic> awaited{};      ///< nullopt: it was not set aside
    std::optional<retry> opening{};              ///< of its stores; nullopt: the disk has not refused
    std::unique_ptr<task_stores> stores{};       ///< null while planned
    bool recovering = false;                     ///< it was stopped, and has not started since
    bool restored = false; ///< the stores have all of their changelogs; else they are with the updater
    std::optional<corrupt_task_error> damage{}; ///< of a store that the disk has not let be made anew yet
    std::unique_ptr<task_metrics> metrics{};    ///< of it, also where it is made again; null until it runs
    std::unique_ptr<stream_task> task{};        ///< on the stores; null until it runs

private:
    task_id id_;
    std::vector<topic_partition> inputs_;
    task_state state_ = task_state::planned;
    task_state resumes_as_ = task_state::planned;
};

} // namespace streams::inline v0
