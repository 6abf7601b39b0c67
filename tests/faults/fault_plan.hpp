#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/execution.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace streams::testing_support {

/// The calls of the seam that can go wrong.
enum class call {
    make_producer,   ///< counted only
    close_unflushed, ///< of a producer that holds records; counted only
    subscribe,
    assign,
    poll,
    acknowledge,
    pause,
    resume,
    seek,
    commit,
    committed,
    bounds,
    group_members,
    partitions, ///< failed: 0 partitions
    append,
    deliver,       ///< of a record that append took: it is not written, and take_failures says so
    take_failures, ///< failed: a record that seemed delivered was not
    flush,
    init_transactions,
    begin_transaction,
    send_offsets,
    commit_transaction,
    abort_transaction,
    describe,
    describe_configs,
    list,
    create,
    remove,
    delete_records,
};
inline constexpr std::size_t calls = static_cast<std::size_t>(call::delete_records) + 1;

/// How often, in thousandths of the calls, what goes wrong by chance.
struct fault_rates {
    int failures = 0;     ///< retriable, without the work
    int lost_answers = 0; ///< retriable, after the work
    int delays = 0;
    std::chrono::milliseconds longest_delay{5};
};

/// What is to go wrong in the calls of clients: by script, call by call in the order given, and then by chance. Chance is
/// a function of seed, call and how often it was made, so that threads do not change it. Thread-safe.
class fault_plan {
public:
    explicit fault_plan(execution& time = machine()) : time_(time) {}

    /// The next calls fail, and nothing is done.
    void fail(call at, kafka::result with, int times = 1) { add(at, {.failure = std::move(with)}, times); }
    /// The next calls do what they are to do, and fail all the same.
    void lose_answer(call at, kafka::result with, int times = 1) {
        add(at, {.failure = std::move(with), .after = true}, times);
    }
    /// The next calls fail after so long, and nothing is done.
    void fail_late(call at, std::chrono::milliseconds after, kafka::result with, int times = 1) {
        add(at, {.failure = std::move(with), .delay = after}, times);
    }
    void delay(call at, std::chrono::milliseconds by, int times = 1) { add(at, {.delay = by}, times); }
    /// What was to go wrong with it does not.
    void forget(call at) {
        const std::lock_guard lock(mutex_);
        script_[index(at)].clear();
    }
    /// The next calls work.
    void pass(call at, int times = 1) { add(at, {}, times); }
    /// `at` fails once the next rebalance has been polled.
    void fail_after_rebalance(call at, kafka::result with) { add_after_rebalance(at, {.failure = std::move(with)}); }
    /// The same, late and not failing.
    void delay_after_rebalance(call at, std::chrono::milliseconds by) { add_after_rebalance(at, {.delay = by}); }
    /// The poll that brings the next rebalance says too that the position in a partition is lost.
    void lose_position_with_rebalance(topic_partition partition) {
        const std::lock_guard lock(mutex_);
        lost_positions_.push_back(std::move(partition));
    }
    /// Until told otherwise, producers keep what they are given; then those that are not closed yet write it. Flushes fail.
    void hold_records(bool hold) { holds_records_ = hold; }
    [[nodiscard]] bool holds_records() const { return holds_records_; }
    void at_random(std::uint64_t seed, fault_rates rates) {
        const std::lock_guard lock(mutex_);
        seed_ = seed;
        rates_ = rates;
    }

    /// How often it was made.
    [[nodiscard]] int made(call at) const { return count_of(at).made; }
    /// How often it failed by this plan.
    [[nodiscard]] int failed(call at) const { return count_of(at).failed; }

    /// The longest time between two of these calls, until now, ms; a call that was made once at most has none.
    [[nodiscard]] std::int64_t longest_pause(call at) const {
        const auto count = count_of(at);
        return count.made == 0 ? 0 : std::max(count.longest_pause, time_.steady_ms() - count.last);
    }

    struct fault {
        std::optional<kafka::result> failure{};
        bool after = false; ///< the work is done first
        std::chrono::milliseconds delay{0};
    };
    /// A call is made; delays it, and says what becomes of it.
    [[nodiscard]] fault next(call at) {
        const auto chosen = choose(at);
        if (chosen.delay.count() > 0) time_.sleep(chosen.delay);
        return chosen;
    }
    /// Returns the positions that are lost with it.
    [[nodiscard]] std::vector<topic_partition> note_rebalance() {
        for (const auto& [at, one] : take_after_rebalance()) add(at, one, 1);
        const std::lock_guard lock(mutex_);
        return std::exchange(lost_positions_, {});
    }

private:
    struct counts {
        int made = 0;
        int failed = 0;
        std::int64_t last = 0; ///< steady ms
        std::int64_t longest_pause = 0;
    };
    static std::size_t index(call at) { return static_cast<std::size_t>(at); }

    void add(call at, const fault& one, int times) {
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < times; ++i) script_[index(at)].push_back(one);
    }
    counts count_of(call at) const {
        const std::lock_guard lock(mutex_);
        return counts_[index(at)];
    }
    void add_after_rebalance(call at, fault one) {
        const std::lock_guard lock(mutex_);
        after_rebalance_.emplace_back(at, std::move(one));
    }
    std::deque<std::pair<call, fault>> take_after_rebalance() {
        const std::lock_guard lock(mutex_);
        return std::exchange(after_rebalance_, {});
    }
    fault choose(call at) {
        const std::lock_guard lock(mutex_);
        auto& count = counts_[index(at)];
        const std::int64_t now = time_.steady_ms();
        if (count.made++ > 0) count.longest_pause = std::max(count.longest_pause, now - count.last);
        count.last = now;
        auto& waiting = script_[index(at)];
        fault chosen;
        if (waiting.empty()) {
            chosen = by_chance(at, count.made);
        } else {
            chosen = std::move(waiting.front());
            waiting.pop_front();
        }
        if (chosen.failure) ++count.failed;
        return chosen;
    }
    fault by_chance(call at, int number) const {
        if (!seed_) return {};
        auto dice = mixed(*seed_ ^ mixed(index(at) << 32 | static_cast<std::uint64_t>(number)));
        const int rolled = static_cast<int>(dice % 1000);
        const kafka::result failure{kafka::error_class::retriable, "it failed by chance; try again"};
        if (rolled < rates_.failures) return {.failure = failure};
        if (rolled < rates_.failures + rates_.lost_answers) return {.failure = failure, .after = true};
        if (rolled >= rates_.failures + rates_.lost_answers + rates_.delays) return {};
        dice = mixed(dice);
        return {.delay =
                    std::chrono::milliseconds(dice % static_cast<std::uint64_t>(rates_.longest_delay.count() + 1))};
    }
    /// SplitMix64's.
    static std::uint64_t mixed(std::uint64_t from) {
        from += 0x9e3779b97f4a7c15;
        from = (from ^ from >> 30) * 0xbf58476d1ce4e5b9;
        from = (from ^ from >> 27) * 0x94d049bb133111eb;
        return from ^ from >> 31;
    }

    execution& time_;
    mutable std::mutex mutex_;
    std::array<std::deque<fault>, calls> script_;
    std::array<counts, calls> counts_{};
    std::deque<std::pair<call, fault>> after_rebalance_;
    std::vector<topic_partition> lost_positions_;
    std::atomic<bool> holds_records_{false};
    std::optional<std::uint64_t> seed_;
    fault_rates rates_{};
};

} // namespace streams::testing_support
