// What other threads ask of the stores of a stream thread's tasks, between its records.

#include "src/runtime/queries/task_answers.hpp"
#include "src/runtime/thread/stream_thread.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::int64_t longest_answering_ms = 50; ///< until records come, and a poll

} // namespace

bool stream_thread::queries_are_due() const {
    return mailbox_->any().load(std::memory_order_relaxed) && !share_.owes_records(environment_.time.steady_ms());
}

/// Those that wait by now: who is answered may ask again at once.
void stream_thread::serve_queries() {
    if (!queries_are_due()) return;
    const std::int64_t begun = environment_.time.steady_ms();
    std::int64_t now = begun;
    std::size_t reads = 0;
    auto mail = mailbox_->take();
    for (; !mail.empty() && now - begun < longest_answering_ms; mail.pop_front()) {
        answer(mail.front(), tasks_);
        reads += reads_of(mail.front());
        now = environment_.time.steady_ms();
    }
    mailbox_->put_back(std::move(mail));
    share_.answered(reads, begun, now);
}

void stream_thread::publish_tasks() {
    const bool settled = assigned_ && rebalances_.empty();
    const auto standbys = tasks_.standbys().tasks();
    if (published_.settled == settled && published_.generation == generation_ &&
        std::ranges::equal(published_.tasks, tasks_.all(), {}, {}, &managed_task::id) &&
        std::ranges::equal(published_.standbys, standbys))
        return;
    published_ = {.settled = settled,
                  .generation = generation_,
                  .tasks = tasks_.ids(),
                  .standbys = {standbys.begin(), standbys.end()}};
    environment_.directory.publish(mailbox_, published_);
}

/// Answers who waits, and all who come.
void stream_thread::end_queries() noexcept {
    environment_.directory.leave(mailbox_);
    mailbox_->close();
}

} // namespace streams::inline v0
