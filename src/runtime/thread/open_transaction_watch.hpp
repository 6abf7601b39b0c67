#pragma once

#include "src/kafka/client.hpp"

#include <streams/core/clock.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>

namespace streams::inline v0 {

/// Tells of partitions that stand still before a transaction which does not end: nothing more is read of them, and no call
/// fails. For consumers that are read_committed; others wait for no transaction.
class open_transaction_watch {
public:
    /// How long a partition stands still before it is told. A transaction of a producer that is gone is open for its
    /// transaction.timeout.ms, 60 s in Java, and until the broker looks, every 10 s. From 15 min on, which no
    /// transaction.timeout.ms may exceed, Kafka's tools call it hanging.
    static constexpr std::chrono::minutes patience{2};

    /// `time` outlives it.
    explicit open_transaction_watch(const clock& time) : time_(time) {}

    /// Whether partitions are to be looked at: once a second. REQUIRES: it is asked before they are.
    [[nodiscard]] bool due();
    /// Looks at one that is not paused. `start`: from where it is read, which is where it stands until something came. Asks the
    /// broker, for a moment, before it tells.
    void look(kafka::consumer& consumer, const topic_partition& partition, std::int64_t start);
    /// Forgets those that are not read any more. One that is assigned anew is still read.
    template <std::predicate<const topic_partition&> IsRead>
    void keep(IsRead&& is_read) {
        std::erase_if(standing_, [&](const auto& each) { return !is_read(each.first); });
    }

private:
    struct standstill {
        std::int64_t position;
        std::int64_t since;                        ///< steady ms
        std::int64_t asks_at;                      ///< steady ms
        std::optional<std::int64_t> transaction{}; ///< where the one begins that was told
        std::int64_t behind = -1;      ///< where it was seen last before `position`; -1: it has not gone back
        std::int64_t behind_since = 0; ///< steady ms
    };

    [[nodiscard]] static bool is_another_log(standstill& at, std::int64_t position, std::int64_t end, std::int64_t now);
    void tell(kafka::consumer& consumer, const topic_partition& partition, standstill& at);

    const clock& time_;
    std::int64_t next_look_ = 0;
    bool may_ask_ = true; ///< one question a look: none of them holds up the thread for long
    std::map<topic_partition, standstill> standing_;
};

} // namespace streams::inline v0
