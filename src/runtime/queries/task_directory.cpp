#include "src/runtime/queries/task_directory.hpp"

namespace streams::inline v0 {

void task_directory::publish(const std::shared_ptr<query_mailbox>& owner, const std::vector<task_id>& tasks) {
    const std::lock_guard lock(mutex_);
    std::erase_if(owners_, [&](const auto& each) { return each.second == owner; });
    for (const task_id task : tasks) owners_.insert_or_assign(task, owner);
}

std::vector<task_id> task_directory::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<task_id> found;
    for (const auto& [task, owner] : owners_) found.push_back(task);
    return found;
}

std::map<task_id, std::shared_ptr<query_mailbox>> task_directory::of(std::int32_t sub_topology) const {
    const std::lock_guard lock(mutex_);
    return {owners_.lower_bound({sub_topology, 0}), owners_.lower_bound({sub_topology + 1, 0})};
}

} // namespace streams::inline v0
