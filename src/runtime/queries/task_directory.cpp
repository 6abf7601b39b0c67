#include "src/runtime/queries/task_directory.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

void task_directory::publish(const owner& thread, standing now) {
    const std::lock_guard lock(mutex_);
    for (const task_id task : now.tasks) left_.erase(task);
    threads_.insert_or_assign(thread, std::move(now));
    // What no thread here was given in a later generation, other instances were.
    std::erase_if(left_, [&](const auto& each) {
        const auto& [task, left_in] = each;
        return std::ranges::all_of(threads_, [&](const auto& other) {
            const auto& generation = other.second.generation;
            return other.second.settled && (!generation || !left_in || *generation > *left_in);
        });
    });
}

void task_directory::leave(const owner& thread) noexcept {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(thread);
    if (found == threads_.end()) return;
    for (const task_id task : found->second.tasks) left_.insert_or_assign(task, found->second.generation);
    threads_.erase(found);
}

/// A thread that is still in an earlier generation does not know what the next has taken from it, or given to it.
bool task_directory::complete() const {
    std::optional<std::int32_t> generation;
    for (const auto& [thread, now] : threads_) {
        if (!generation) generation = now.generation;
        if (!now.settled || (now.generation && now.generation != generation)) return false;
    }
    return !threads_.empty() && left_.empty();
}

std::map<task_id, task_directory::place> task_directory::places() const {
    std::map<task_id, place> found;
    for (const auto& [thread, now] : threads_)
        for (const task_id task : now.tasks) found.insert_or_assign(task, place{thread, false});
    for (const auto& [thread, now] : threads_)
        for (const task_id task : now.standbys) found.emplace(task, place{thread, true});
    return found;
}

std::map<task_id, task_directory::place> task_directory::all() const {
    const std::lock_guard lock(mutex_);
    return places();
}

task_directory::answer task_directory::of(std::int32_t sub_topology) const {
    const std::lock_guard lock(mutex_);
    answer found{.places = places(), .complete = complete()};
    std::erase_if(found.places, [&](const auto& each) { return each.first.subtopology != sub_topology; });
    return found;
}

} // namespace streams::inline v0
