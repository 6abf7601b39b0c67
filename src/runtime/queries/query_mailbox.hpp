#pragma once

#include "src/runtime/queries/query_call.hpp"

#include <streams/core/task_id.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace streams::inline v0 {

/// A query with the tasks that the owner of the mailbox is to answer for.
struct query_mail {
    std::shared_ptr<query_call> call;
    std::vector<task_id> tasks;
};

/// How many keys it has read, as far as it asks for keys: of each task one at least.
[[nodiscard]] std::size_t reads_of(const query_mail& mail);

/// Answers for tasks that are not, or not any more, where they were asked.
void answer_not_present(const query_mail& mail);

/// What other threads ask of the owner of tasks, who looks here between records (docs/adr/0042-queries.md).
/// Thread-safe.
class query_mailbox {
public:
    /// `wake`: ends the owner's wait for input; called with a lock held, and not after `close`.
    explicit query_mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}

    /// Answers at once where the mailbox is closed.
    void post(query_mail mail);
    /// Whether there is mail: a relaxed load, for the owner to ask between two records.
    [[nodiscard]] const std::atomic<bool>& any() const noexcept { return any_; }
    /// How much there is.
    [[nodiscard]] std::size_t waiting() const;
    /// What was posted, in order. For the owner.
    [[nodiscard]] std::deque<query_mail> take();
    /// Before what was posted since it was taken. For the owner.
    void put_back(std::deque<query_mail> unanswered);
    /// Its owner ends: answers all there is, and all that follows. For the owner.
    void close() noexcept;

private:
    std::function<void()> wake_;
    std::atomic<bool> any_{false};
    mutable std::mutex mutex_; ///< of those below
    std::deque<query_mail> mail_;
    bool closed_ = false;
};

} // namespace streams::inline v0
