#pragma once

#include "src/testing/simulation/simulated_process.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0::simulated {

/// A consumer of a process.
class simulated_consumer final : public kafka::consumer {
public:
    simulated_consumer(std::shared_ptr<simulated_process> process, const kafka::consumer_options& options);
    ~simulated_consumer() override;

    kafka::result subscribe(std::span<const std::string> topics) override;
    kafka::result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) override;
    [[nodiscard]] kafka::poll_result poll(kafka::milliseconds timeout, std::size_t max_records) override;
    void wakeup() override { real_->wakeup(); } // asks nobody
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
    [[nodiscard]] kafka::group_metadata group() override { return real_->group(); }
    [[nodiscard]] std::optional<std::int32_t> generation() override { return real_->generation(); }
    void leave() override;
    void close() override;

private:
    void expire();
    /// Of the partitions that have a leader.
    [[nodiscard]] kafka::poll_result poll_led(kafka::milliseconds timeout, std::size_t max_records);
    void begin_reading(std::span<const std::pair<topic_partition, std::int64_t>> positions, bool paused);

    std::shared_ptr<simulated_process> process_;
    seam_call poll_call_;
    std::unique_ptr<kafka::consumer> real_;
    std::map<topic_partition, bool> reading_; ///< whether it is paused
};

} // namespace streams::inline v0::simulated
