#include "src/runtime/thread/open_transaction_watch.hpp"

#include <streams/core/error.hpp>
#include <streams/core/log.hpp>
#include <streams/core/saturation.hpp>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_looks{1000};
constexpr milliseconds between_questions{10'000};
constexpr milliseconds answer_wait{200};

} // namespace

bool open_transaction_watch::due() {
    const std::int64_t now = time_.steady_ms();
    if (now < next_look_) return false;
    next_look_ = detail::add_sat(now, between_looks.count());
    may_ask_ = true;
    return true;
}

void open_transaction_watch::look(kafka::consumer& consumer, const topic_partition& partition) {
    const auto position = consumer.position(partition);
    const auto stable_end = consumer.known_end(partition);
    const auto end = consumer.known_high_watermark(partition);
    if (!position || !stable_end || !end) return;
    const std::int64_t now = time_.steady_ms();
    const auto found = standing_.find(partition);
    const bool waits = *position >= *stable_end && *end > *stable_end;
    if (found == standing_.end()) {
        if (waits)
            standing_.emplace(partition,
                              standstill{*position, now, detail::add_sat(now, milliseconds(patience).count())});
        return;
    }
    standstill& at = found->second;
    if (*position < at.offset) return; // read again up to there
    if (*position == at.offset && waits) {
        if (!at.told && now >= at.asks_at && may_ask_) tell(consumer, partition, at);
        return;
    }
    if (at.told)
        log(log_level::info, concat(to_string(partition), " is read on: the transaction at offset ", at.offset,
                                    " has ended, after ", (now - at.since) / 1000, " s"));
    standing_.erase(found);
}

/// What the consumer knows is as of its last fetch, and what it has fetched may wait for a poll.
void open_transaction_watch::tell(kafka::consumer& consumer, const topic_partition& partition, standstill& at) {
    may_ask_ = false;
    at.asks_at = detail::add_sat(time_.steady_ms(), between_questions.count());
    kafka::log_bounds bounds;
    if (!consumer.bounds(partition, bounds, answer_wait) || bounds.end > at.offset) return;
    at.told = true;
    log(log_level::warn, concat(to_string(partition), " has stood still at offset ", at.offset, " for ",
                                (time_.steady_ms() - at.since) / 1000,
                                " s: a transaction that begins there is still open, and nothing behind it is read "
                                "(read_committed); end the "
                                "producer that has it, or find it by kafka-transactions.sh find-hanging and end it by "
                                "kafka-transactions.sh abort --topic ",
                                partition.topic, " --partition ", partition.partition, " --start-offset ", at.offset));
}

} // namespace streams::inline v0
