#include "src/runtime/queries/query_call.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

void query_call::answer(partition_answer of) {
    {
        const std::lock_guard lock(mutex_);
        answers_.push_back(std::move(of));
        if (answers_.size() < awaited_) return;
    }
    changed_->notify_all();
}

bool query_call::wait(std::size_t answers, std::int64_t deadline) {
    std::unique_lock lock(mutex_);
    awaited_ = answers;
    if (changed_->wait(lock, deadline, [&] { return answers_.size() >= answers; })) return true;
    given_up_.store(true, std::memory_order_relaxed);
    return false;
}

std::vector<partition_answer> query_call::take() {
    const std::lock_guard lock(mutex_);
    return std::move(answers_);
}

} // namespace streams::inline v0
