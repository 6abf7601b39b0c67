#include "src/runtime/queries/task_directory.hpp"

namespace streams::inline v0 {
namespace {

void replace(std::map<task_id, std::shared_ptr<query_mailbox>>& all, const std::shared_ptr<query_mailbox>& owner,
             const std::vector<task_id>& tasks) {
    std::erase_if(all, [&](const auto& each) { return each.second == owner; });
    for (const task_id task : tasks) all.insert_or_assign(task, owner);
}

} // namespace

void task_directory::publish(const std::shared_ptr<query_mailbox>& owner, const std::vector<task_id>& tasks,
                             const std::vector<task_id>& standbys) {
    const std::lock_guard lock(mutex_);
    replace(owners_, owner, tasks);
    replace(standbys_, owner, standbys);
}

std::map<task_id, task_directory::place> task_directory::all() const {
    const std::lock_guard lock(mutex_);
    std::map<task_id, place> found;
    for (const auto& [task, owner] : owners_) found.emplace(task, place{owner, false});
    for (const auto& [task, owner] : standbys_) found.emplace(task, place{owner, true});
    return found;
}

std::map<task_id, task_directory::place> task_directory::of(std::int32_t sub_topology) const {
    auto found = all();
    std::erase_if(found, [&](const auto& each) { return each.first.subtopology != sub_topology; });
    return found;
}

} // namespace streams::inline v0
