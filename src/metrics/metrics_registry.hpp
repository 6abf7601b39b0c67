#pragma once

#include "src/metrics/metric_list.hpp"
#include "src/metrics/sensor.hpp"

#include <streams/core/recording_level.hpp>

#include <mutex>
#include <vector>

namespace streams::inline v0 {

/// What has figures that any thread may read at any time, while its own thread counts on.
class metric_source {
public:
    virtual void read(metric_list& list) const = 0;

protected:
    ~metric_source() = default;
};

/// What is measured in an application (Kafka's `Metrics`). Thread-safe; nothing of it is touched where something is measured.
class metrics_registry {
public:
    metrics_registry(recording_level level, const sampling& kept) noexcept : level_(level), kept_(kept) {}

    [[nodiscard]] recording_level level() const noexcept { return level_; }
    [[nodiscard]] const sampling& kept() const noexcept { return kept_; }
    /// Adds what all sources have now.
    void read(metric_list& list) const;

private:
    friend class registered_source;

    const recording_level level_;
    const sampling kept_;
    mutable std::mutex mutex_;
    std::vector<const metric_source*> sources_;
};

/// Has a source in the registry for as long as this lives: the last member of the source.
class registered_source {
public:
    registered_source(metrics_registry& registry, const metric_source& source);
    ~registered_source();
    registered_source(const registered_source&) = delete;
    registered_source& operator=(const registered_source&) = delete;

private:
    metrics_registry& registry_;
    const metric_source& source_;
};

} // namespace streams::inline v0
