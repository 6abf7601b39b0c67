#include "src/runtime/stores/restore_report.hpp"

#include "src/core/log_scope.hpp"
#include "src/runtime/tasks/task_errors.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <chrono>

namespace streams::inline v0 {
namespace {

constexpr std::chrono::milliseconds between_lines{10'000};

} // namespace

void restore_report::started(const restore_standing& store) {
    const task_log_scope logged(store.task);
    const restore_progress& now = store.progress;
    if (listener_.on_restore_start) listener_.on_restore_start(now);
    if (now.next >= now.end) return;
    if (due()) next_line_ = detail::add_sat(time_.steady_ms(), between_lines.count());
    log(log_level::info, concat(task_name(store.task), " restores store ", now.store, " from ",
                                to_string(now.changelog), ", offsets ", now.next, " to ", now.end - 1));
}

void restore_report::restored(const restore_standing& store, std::int64_t rows) const {
    if (listener_.on_batch_restored) listener_.on_batch_restored(store.progress, rows);
}

void restore_report::ended(const restore_standing& store) const {
    const task_log_scope logged(store.task);
    const restore_progress& now = store.progress;
    if (now.begin < now.end)
        log(log_level::info, concat(task_name(store.task), " restored store ", now.store, ": ", now.rows, " rows in ",
                                    now.elapsed.count(), " ms"));
    if (listener_.on_restore_end) listener_.on_restore_end(now);
}

void restore_report::suspended(const restore_standing& store) const {
    const task_log_scope logged(store.task);
    if (listener_.on_restore_suspended) listener_.on_restore_suspended(store.progress);
}

void restore_report::tell(std::span<const restore_standing> all) {
    next_line_ = detail::add_sat(time_.steady_ms(), between_lines.count());
    if (all.empty()) return;
    std::int64_t done = 0;
    std::int64_t wanted = 0;
    double rate = 0;
    std::chrono::milliseconds left{0};
    for (const auto& [task, progress] : all) {
        done += progress.next - progress.begin;
        wanted += progress.end - progress.begin;
        rate += progress.rows_per_second();
        left = std::max(left, progress.time_left().value_or(left));
    }
    const restore_standing& last = *std::ranges::max_element(
        all, {}, [](const restore_standing& each) { return each.progress.end - each.progress.next; });
    log(log_level::info, concat("restoring ", all.size(), all.size() == 1 ? " store: " : " stores: ", done, " of ",
                                wanted, " offsets, some ", static_cast<std::int64_t>(rate), " rows a second, about ",
                                left.count() / 1000, " s to go; most is left of ", to_string(last.progress.changelog),
                                ", which is at offset ", last.progress.next, " of ", last.progress.end));
}

} // namespace streams::inline v0
