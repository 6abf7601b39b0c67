#pragma once

#include "src/kafka/client.hpp"
#include "state/changelog_sink.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/config.hpp>
#include <streams/topology/record_collector.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace streams::inline v0 {

/// Sends what sinks and changelogs write through the one producer of a stream thread. A full queue is waited for,
/// `task.timeout.ms` at most. Failures are thrown by class: fenced_error,
/// lost_records_error where the cluster was away for too long, or cluster_error.
class producing_collector final : public record_collector {
public:
    /// All outlive the collector. `sent` counts records handed over.
    producing_collector(kafka::producer& producer, const streams_config& config, clock& time,
                        std::atomic<std::uint64_t>& sent)
        : producer_(producer), timeout_(config.task_timeout), time_(time), sent_(sent) {}

    [[nodiscard]] std::int32_t open(std::string_view topic) override;
    [[nodiscard]] std::int32_t partitions(std::int32_t topic) override;
    void send(std::int32_t topic, const outgoing_record& r) override;

    /// Where the updates of a store go; offsets that the cluster acknowledges are kept for `acknowledged`.
    [[nodiscard]] std::unique_ptr<changelog_sink> open_changelog(std::string_view topic, std::int32_t partition);
    /// The offset of the last acknowledged record of a changelog; nullopt: none was written.
    [[nodiscard]] std::optional<std::int64_t> acknowledged(std::string_view changelog, std::int32_t partition);

    /// Serves acknowledgements without waiting; throws what failed to arrive.
    void serve();
    /// Waits until everything sent is acknowledged; throws what failed, cluster_error after `limit`.
    void flush(std::chrono::milliseconds limit);

private:
    friend class changelog_writer;
    void append(const kafka::producer_record& record);
    void wait_and_append(const kafka::producer_record& record, const kafka::result& first);
    void throw_failures();
    std::int32_t intern(std::string_view topic, bool offsets_wanted);

    kafka::producer& producer_;
    std::chrono::milliseconds timeout_;
    clock& time_;
    std::atomic<std::uint64_t>& sent_;
    std::unordered_map<std::string, std::int32_t> ids_;
    struct known_topic {
        std::string name;
        std::int32_t partitions = 0; ///< 0: not asked for yet
    };
    std::unordered_map<std::int32_t, known_topic> topics_;
};

} // namespace streams::inline v0
