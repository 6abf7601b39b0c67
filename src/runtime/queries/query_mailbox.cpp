#include "src/runtime/queries/query_mailbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace streams::inline v0 {

std::size_t reads_of(const query_mail& mail) {
    const auto* const keys = std::get_if<keys_question>(&mail.call->asked().question);
    return mail.tasks.size() * std::max<std::size_t>(keys == nullptr ? 1 : keys->keys.size(), 1);
}

void answer_not_present(const query_mail& mail) {
    for (const task_id task : mail.tasks)
        mail.call->answer(
            {task.partition, query_failure{failure_reason::not_present,
                                           concat("partition ", task.partition, " of store ", mail.call->asked().store,
                                                  " is not here any more: its task has moved; query it again, or "
                                                  "where kafka_streams::query_metadata_for_key says")}});
}

void query_mailbox::post(query_mail mail) {
    {
        const std::lock_guard lock(mutex_);
        if (!closed_) {
            mail_.push_back(std::move(mail));
            if (!any_.exchange(true, std::memory_order_release)) wake_();
            return;
        }
    }
    answer_not_present(mail);
}

std::size_t query_mailbox::waiting() const {
    const std::lock_guard lock(mutex_);
    return mail_.size();
}

std::deque<query_mail> query_mailbox::take() {
    const std::lock_guard lock(mutex_);
    any_.store(false, std::memory_order_relaxed);
    return std::exchange(mail_, {});
}

void query_mailbox::put_back(std::deque<query_mail> unanswered) {
    if (unanswered.empty()) return;
    const std::lock_guard lock(mutex_);
    std::ranges::move(mail_, std::back_inserter(unanswered));
    mail_ = std::move(unanswered);
    any_.store(true, std::memory_order_relaxed);
}

void query_mailbox::close() noexcept {
    std::deque<query_mail> left;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        any_.store(false, std::memory_order_relaxed);
        left = std::exchange(mail_, {});
    }
    for (const query_mail& each : left) answer_not_present(each);
}

} // namespace streams::inline v0
