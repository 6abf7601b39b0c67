#pragma once

#include "src/metrics/metrics_registry.hpp"
#include "src/metrics/sensor.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/metrics.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// How a stream thread stands in its group, by Kafka's numbers (Kafka's `StreamThread.State`).
enum class thread_state : std::uint8_t { starting = 1, partitions_revoked, partitions_assigned, running };
/// Kafka's text: `STARTING`, ...
[[nodiscard]] std::string_view to_string(thread_state state) noexcept;

/// What a stream thread measures of itself (Kafka's `ThreadMetrics`): recorded by that thread, in a round of records at once.
class thread_metrics final : public metric_source {
public:
    /// `thread`: its name. The others outlive it.
    thread_metrics(metrics_registry& registry, std::string thread, const clock& time);

    [[nodiscard]] metrics_registry& registry() const noexcept { return registry_; }
    [[nodiscard]] const std::string& thread() const noexcept { return thread_; }
    [[nodiscard]] bool debug() const noexcept { return debug_; }

    /// The times at which a round of records begins, ms: what is measured of its records takes no other.
    void round_begins(std::int64_t steady) noexcept { steady_ = steady; }
    [[nodiscard]] std::int64_t steady_now() const noexcept { return steady_; }
    [[nodiscard]] std::int64_t wall_now() const noexcept { return steady_ + wall_ahead_; }

    // Times are of the steady clock, ms.
    void polled(std::int64_t began, std::int64_t ended, std::size_t records) noexcept;
    void processed(std::int64_t began, std::int64_t ended, std::size_t records) noexcept;
    void punctuated(std::int64_t began, std::int64_t ended, std::size_t punctuations) noexcept;
    void commit_begins(std::int64_t now) noexcept { commit_began_ = now; }
    void committed(std::int64_t now) noexcept;
    void task_created() noexcept { created_.record(1, steady_); }
    void task_closed() noexcept { closed_.record(1, steady_); }
    void became(thread_state state) noexcept { state_.store(state, std::memory_order_relaxed); }
    /// Whether it is time to look how far inputs are behind, once a second at most.
    [[nodiscard]] bool look_due(std::int64_t now) noexcept;

    /// Records that the cluster has refused, and the production exception handler has dropped.
    [[nodiscard]] drop_counters& unwritten() noexcept { return unwritten_; }
    [[nodiscard]] const drop_counters& unwritten() const noexcept { return unwritten_; }

    void read(metric_list& list) const override;

private:
    metrics_registry& registry_;
    const std::string thread_;
    const clock& time_;
    const bool debug_;           ///< what belongs to that level is measured
    const std::int64_t made_at_; ///< ms since the epoch
    sensor poll_;
    sensor poll_records_;
    sensor process_;
    sensor process_records_;
    sensor punctuate_;
    sensor commit_;
    sensor created_;
    sensor closed_;
    drop_counters unwritten_;
    std::atomic<thread_state> state_{thread_state::starting};
    std::int64_t steady_ = 0;
    std::int64_t wall_ahead_ = 0; ///< of the steady clock
    std::int64_t commit_began_ = 0;
    std::int64_t next_look_ = 0;
    registered_source registered_;
};

} // namespace streams::inline v0
