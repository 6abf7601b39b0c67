#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/start_positions.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Inputs whose positions are not in their logs any more (deleted, or the topic was made anew), and are set to one that is,
/// in steps between two polls.
class lost_positions {
public:
    /// Has it go on at the beginning or the end of its log; once. `search`, `seeking`: begun now.
    void add(const reset_search& search, const retry& seeking);
    /// They are not read any more, or from elsewhere.
    void forget(std::span<const topic_partition> partitions);
    void forget() noexcept { lost_.clear(); }

    /// Goes on until the steady clock shows `until`. Returns those that were set, with the offsets. Throws as `retry`.
    std::vector<std::pair<topic_partition, std::int64_t>> step(kafka::consumer& consumer, const clock& time,
                                                               std::int64_t until);
    /// When there is something to do, steady ms; `never`: there is nothing.
    [[nodiscard]] std::int64_t next() const noexcept;

private:
    struct lost {
        reset_search search;
        retry seeking;
        std::optional<std::int64_t> offset{}; ///< nullopt: not known yet

        [[nodiscard]] const retry& asking() const noexcept { return offset ? seeking : search.attempts(); }
    };
    [[nodiscard]] bool set(lost& one, kafka::consumer& consumer);

    std::deque<lost> lost_;
    shared_rest rest_;
};

} // namespace streams::inline v0
