#include "src/runtime/thread/open_transaction_watch.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_position_looks{1000};
constexpr milliseconds between_transaction_questions{10'000};
constexpr milliseconds answer_wait{200};

} // namespace

bool open_transaction_watch::due() {
    const std::int64_t now = time_.steady_ms();
    if (now < next_look_) return false;
    next_look_ = detail::add_sat(now, between_position_looks.count());
    may_ask_ = true;
    return true;
}

/// Whether a position before a standstill is no way back to it: the topic was made anew.
bool open_transaction_watch::is_another_log(standstill& at, std::int64_t position, std::int64_t end, std::int64_t now) {
    if (end < at.position) return true;
    if (position != std::exchange(at.behind, position)) at.behind_since = now;
    return now - at.behind_since >= milliseconds(patience).count();
}

void open_transaction_watch::look(kafka::consumer& consumer, const topic_partition& partition, std::int64_t start) {
    const auto end = consumer.known_high_watermark(partition);
    if (!end) return;
    const std::int64_t position = consumer.position(partition).value_or(start);
    const std::int64_t now = time_.steady_ms();
    const bool waits = *end > position;
    auto found = standing_.find(partition);
    if (found != standing_.end() && position < found->second.position) {
        if (!is_another_log(found->second, position, *end, now)) return;
        standing_.erase(found);
        found = standing_.end();
    }
    if (found == standing_.end()) {
        if (waits)
            standing_.emplace(partition,
                              standstill{position, now, detail::add_sat(now, milliseconds(patience).count())});
        return;
    }
    standstill& at = found->second;
    at.behind = -1;
    if (position == at.position && waits) {
        if (!at.transaction && now >= at.asks_at && may_ask_) tell(consumer, partition, at);
        return;
    }
    if (at.transaction)
        log(log_level::info, concat(to_string(partition), " is read on: the transaction at offset ", *at.transaction,
                                    " has ended, after ", (now - at.since) / 1000, " s"));
    standing_.erase(found);
}

/// What the consumer knows is as of its last fetch, and what it has fetched may wait for a poll. Where reading began behind
/// the last stable offset, the consumer never says that it has reached that.
void open_transaction_watch::tell(kafka::consumer& consumer, const topic_partition& partition, standstill& at) {
    may_ask_ = false;
    at.asks_at = detail::add_sat(time_.steady_ms(), between_transaction_questions.count());
    kafka::log_bounds bounds;
    if (!consumer.bounds(partition, bounds, answer_wait) || bounds.end > at.position) return;
    at.transaction = bounds.end;
    log(log_level::warn,
        concat(
            to_string(partition), " has stood still at offset ", at.position, " for ",
            (time_.steady_ms() - at.since) / 1000, " s: the transaction that begins at offset ", bounds.end,
            " is still open, and nothing behind that is read (read_committed); end the producer that has it, or find "
            "it by kafka-transactions.sh find-hanging and end it by kafka-transactions.sh abort --topic ",
            partition.topic, " --partition ", partition.partition, " --start-offset ", bounds.end));
}

} // namespace streams::inline v0
