#pragma once

#include "src/embedded/cluster.hpp"
#include "src/embedded/log_reader.hpp"
#include "src/kafka/client.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::embedded {

/// A consumer of the cluster. Reads in place: the records of a batch are views into the log's own memory. Destroyed
/// without close(), it is to its group a process that died: its partitions stay with it until its session ends.
class consumer final : public kafka::consumer {
public:
    consumer(std::shared_ptr<cluster> cluster, kafka::consumer_options options);
    ~consumer() override;

    kafka::result subscribe(std::span<const std::string> topics) override;
    kafka::result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override;
    [[nodiscard]] kafka::poll_result poll(kafka::milliseconds timeout, std::size_t max_records) override;
    void wakeup() override;
    kafka::result acknowledge(const kafka::rebalance& change,
                              std::span<const std::pair<topic_partition, std::int64_t>> positions,
                              bool paused) override;
    kafka::result pause(std::span<const topic_partition> partitions) override;
    kafka::result resume(std::span<const topic_partition> partitions) override;
    kafka::result seek(const topic_partition& partition, std::int64_t offset) override;
    [[nodiscard]] std::optional<std::int64_t> position(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> known_end(const topic_partition& partition) override;
    [[nodiscard]] std::optional<std::int64_t> known_high_watermark(const topic_partition& partition) override;
    kafka::result commit(std::span<const kafka::committed_offset> offsets, kafka::milliseconds timeout) override;
    kafka::result committed(std::span<const topic_partition> partitions, std::vector<kafka::committed_offset>& found,
                            kafka::milliseconds timeout) override;
    kafka::result bounds(const topic_partition& partition, kafka::log_bounds& found,
                         kafka::milliseconds timeout) override;
    kafka::result group_members(std::vector<kafka::group_member>& found, kafka::milliseconds timeout) override;
    [[nodiscard]] kafka::group_metadata group() override;
    [[nodiscard]] std::optional<std::int32_t> generation() override;
    void leave() override;
    void close() override;

private:
    struct reading {
        topic_partition partition;
        std::shared_ptr<embedded::topic> topic;
        log_reader reader;
        std::optional<std::int64_t> known_end{};
        std::optional<std::int64_t> known_high_watermark{};
        bool paused = false;
        bool started = false; ///< a record was handed over, or the end was reached
        bool failed = false;  ///< an error, or a position outside of the log, was reported; nothing more until a seek
    };

    void begin_reading(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool paused);
    [[nodiscard]] reading* find(const topic_partition& partition);
    void hear_group(kafka::poll_result& found);
    void read(std::size_t max_records, kafka::poll_result& found);
    [[nodiscard]] std::size_t read_one(reading& from, std::size_t most, kafka::poll_result& found);
    /// Whether the topic still has the log that is read.
    [[nodiscard]] bool look_up(reading& from) const;
    [[nodiscard]] bool arrange_wake_up();
    void wait_until(std::int64_t deadline);
    void set_paused(std::span<const topic_partition> partitions, bool paused);
    void note_missing_topics();
    /// Success, or what is unknown of a partition.
    [[nodiscard]] kafka::result known(const topic_partition& partition) const;
    [[nodiscard]] std::int64_t end_of(const partition_log& log) const;

    const std::shared_ptr<cluster> cluster_;
    const kafka::consumer_options options_;
    const std::shared_ptr<signal> wake_;
    std::atomic<bool> woken_{false};
    std::shared_ptr<embedded::group> group_; ///< null: reads alone
    membership self_;
    std::vector<std::string> topics_;
    std::vector<topic_partition> owned_; ///< by the last rebalance heard of
    bool expelled_ = false;              ///< joins again at the next poll
    bool replaced_ = false;              ///< another has its instance id: it is over
    bool closed_ = false;
    std::vector<kafka::result> unreported_; ///< errors for the next poll
    std::vector<std::string> missing_;      ///< topics to be told by it
    std::vector<reading> readings_;
    std::size_t first_ = 0; ///< whose turn it is
};

} // namespace streams::inline v0::embedded
