#pragma once

#include <streams/core/execution.hpp>
#include <streams/core/isolation_level.hpp>
#include <streams/state/query/store_reader.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What a query asks of the owners of tasks.
struct asked_of_owners {
    std::string store;
    store_question question;
    isolation_level seen = isolation_level::read_committed;
    bool stale = false; ///< see query_options
    position_bound bound{};
};

/// A query on its way: one thread waits for what others answer. Thread-safe.
class query_call {
public:
    query_call(execution& time, asked_of_owners asked)
        : asked_(std::move(asked)), changed_(time.make_condition("a query of store " + asked_.store)) {}

    [[nodiscard]] const asked_of_owners& asked() const noexcept { return asked_; }
    void answer(partition_answer of);
    /// Whether nobody waits any more.
    [[nodiscard]] bool given_up() const noexcept { return given_up_.load(std::memory_order_relaxed); }
    /// Waits for so many answers. False: they were not there at `deadline`, steady ms, and nobody needs them any more.
    [[nodiscard]] bool wait(std::size_t answers, std::int64_t deadline);
    /// In the order in which they came. REQUIRES: `wait` has said true.
    [[nodiscard]] std::vector<partition_answer> take();

private:
    const asked_of_owners asked_;
    std::mutex mutex_;
    std::unique_ptr<execution::condition> changed_;
    std::vector<partition_answer> answers_;
    std::atomic<bool> given_up_{false};
    std::size_t awaited_ =
        std::numeric_limits<std::size_t>::max(); ///< answers, under the mutex: nobody is woken by fewer
};

} // namespace streams::inline v0
