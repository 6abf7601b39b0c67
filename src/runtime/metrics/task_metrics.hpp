#pragma once

#include "src/metrics/counter.hpp"
#include "src/metrics/metrics_registry.hpp"
#include "src/metrics/sensor.hpp"
#include "src/runtime/metrics/thread_metrics.hpp"

#include <streams/core/metrics.hpp>
#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// How an input of a task stood when its thread looked last.
struct input_standing {
    topic_partition partition;
    std::optional<std::int64_t> lag; ///< records that were not polled; nullopt: not known
    std::size_t buffered = 0;        ///< records that were polled and not taken
};

/// What is measured of a task (Kafka's `TaskMetrics` and `ProcessorNodeMetrics`), for as long as its thread has it: recorded by
/// that thread, in a round of records at once.
class task_metrics final : public metric_source {
    struct source {
        source(std::string_view name, const sampling& kept) : node(name), latency(kept) {}

        std::string node;
        sensor latency; ///< from a record's timestamp on; it counts the records too
    };

public:
    /// What is measured of one input, see `input`.
    class measured_input {
    public:
        measured_input(source& from, std::string topic) : from_(&from), topic_(std::move(topic)) {}
        /// Records of these timestamps were taken, in a round of `thread`.
        void took(const measurements& timestamps, const thread_metrics& thread) noexcept;

    private:
        friend class task_metrics;
        source* from_;
        std::string topic_;
        counter consumed_;
    };

    /// `thread` outlives it.
    task_metrics(thread_metrics& thread, task_id task);
    ~task_metrics();
    task_metrics(const task_metrics&) = delete;
    task_metrics& operator=(const task_metrics&) = delete;

    [[nodiscard]] thread_metrics& thread() const noexcept { return thread_; }
    /// The input of a topic that source `node` reads; the same for the same ones.
    [[nodiscard]] measured_input& input(std::string_view node, std::string_view topic);
    /// A round of records, beyond what its inputs record. `elapsed`: ms. For the level DEBUG.
    void processed(std::size_t records, std::int64_t elapsed, const measurements& lateness) noexcept;
    void punctuated() noexcept { punctuate_.record(1, thread_.steady_now()); }
    void dropped(drop_reason reason) noexcept {
        drops_.add(reason);
        dropped_.record(1, thread_.steady_now());
    }
    void note(std::vector<input_standing> inputs);

    void read(metric_list& list) const override;

private:
    void read_sources(metric_list& list) const;
    void read_inputs(metric_list& list) const;

    thread_metrics& thread_;
    const std::string task_;
    sensor process_;
    sensor lateness_;
    sensor punctuate_;
    sensor dropped_;
    drop_counters drops_;
    mutable std::mutex mutex_; ///< of what is below; sensors and counters in it are read without
    std::deque<source> sources_;
    std::deque<measured_input> inputs_;
    std::vector<input_standing> standings_;
    registered_source registered_;
};

} // namespace streams::inline v0
