#pragma once

#include "src/kafka/client.hpp"
#include "src/kafka/rdkafka_client.hpp"
#include "src/kafka/rdkafka_consumer_events.hpp"
#include "src/kafka/rdkafka_fetched.hpp"
#include "src/kafka/rdkafka_positions.hpp"
#include "src/kafka/rdkafka_version.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace streams::inline v0::kafka {

/// The consumer of the seam on librdkafka. Batches may outlive it; their memory is then the last to go.
///
/// Pausing a partition in librdkafka throws away what was fetched of it, so that pausing often would fetch everything
/// many times. A paused partition is therefore held back here, in memory of its own, and stopped in librdkafka only when
/// that takes a share of the queue's bytes.
class rdkafka_consumer final : public consumer {
public:
    rdkafka_consumer(const streams_config& config, const consumer_options& options,
                     std::shared_ptr<rdkafka_cluster> cluster);
    ~rdkafka_consumer() override;

    result subscribe(std::span<const std::string> topics) override;
    result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override;
    [[nodiscard]] poll_result poll(milliseconds timeout, std::size_t max_records) override;
    void wakeup() override;
    result acknowledge(const rebalance& change, std::span<const std::pair<topic_partition, std::int64_t>> positions,
                       bool paused) override;

    result pause(std::span<const topic_partition> partitions) override;
    result resume(std::span<const topic_partition> partitions) override;
    result seek(const topic_partition& partition, std::int64_t offset) override;
    [[nodiscard]] std::optional<std::int64_t> position(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> known_end(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> known_high_watermark(const topic_partition& partition) override;

    result commit(std::span<const committed_offset> offsets, milliseconds timeout) override;
    result committed(std::span<const topic_partition> partitions, std::vector<committed_offset>& found,
                     milliseconds timeout) override;
    result bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) override;
    result group_members(std::vector<group_member>& found, milliseconds timeout) override;
    [[nodiscard]] group_metadata group() override;
    [[nodiscard]] std::optional<std::int32_t> generation() override;
    void leave() override;
    void close() override;

private:
    /// A commit whose answer was not there in time.
    struct unanswered_commit {
        std::vector<committed_offset> offsets;
        queue_ptr answers;
        std::uint64_t outage;
        std::int64_t given_up_at; ///< steady ms; asked anew from then on
    };
    result start(std::span<const std::pair<topic_partition, std::int64_t>> partitions);
    result restart();
    result stop(std::span<const topic_partition> partitions);
    result ask_to_commit(std::span<const committed_offset> offsets);
    result seek_to(const reading_positions::assignment& positions);
    [[nodiscard]] int within(milliseconds limit) const noexcept;
    void answer_rebalances();
    void await_close();
    bool ask_about(const std::string& topic);
    void learn_leaders(std::span<const std::pair<topic_partition, std::int64_t>> partitions);
    void consume(fetched_messages& into, milliseconds timeout, std::size_t max_records);
    void take(const std::shared_ptr<fetched_messages>& fetched, poll_result& into);
    void take_run(const std::shared_ptr<fetched_messages>& fetched, std::span<rd_kafka_message_t* const> run,
                  poll_result& into);
    void hold(const topic_partition& partition, reading_position& position, const fetched_run& run);
    void note_error(const rd_kafka_message_t& message, poll_result& into);
    void note_end(std::string_view topic, std::int32_t partition, std::int64_t offset);
    void keep_fetching(std::size_t records, std::size_t size);

    std::string group_id_;                            ///< empty: a member of none
    milliseconds longest_wait_ = milliseconds::max(); ///< of a call that is given no time
    bool read_committed_ = false;                     ///< hands over nothing from the first open transaction on
    std::shared_ptr<rdkafka_client> client_;
    consumer_events* events_ = nullptr; ///< owned by the client
    queue_ptr queue_;
    std::atomic<bool> woken_{false}; ///< a look at the queue that waits for nothing takes its yield away
    reading_positions positions_;
    std::set<std::string, std::less<>> known_topics_;
    std::uint64_t drained_in_ = 0; ///< the outage in which nothing was left of what had been fetched
    std::optional<unanswered_commit> committing_;
    bool unanswered_ = false; ///< a rebalance was reported and not acknowledged yet

    fetch_waker waker_;
    std::size_t wake_after_bytes_ = 0;
    std::size_t wake_after_records_ = 0;
    std::size_t bytes_since_wake_ = 0;
    std::size_t records_since_wake_ = 0;

    std::size_t most_held_bytes_ = 0;
};

} // namespace streams::inline v0::kafka
