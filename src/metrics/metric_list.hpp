#pragma once

#include "src/metrics/metric_catalog.hpp"
#include "src/metrics/sensor.hpp"

#include <streams/metrics/metric.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// What somebody reads of an application's metrics at one moment.
class metric_list {
public:
    /// `level`: what is measured beyond it is left out. `now`: of the steady clock, ms.
    metric_list(recording_level level, std::int64_t now) noexcept : level_(level), now_(now) {}

    [[nodiscard]] std::int64_t now() const noexcept { return now_; }
    /// `values`: of the labels that the definition names, in their order.
    void add(metric_id id, std::vector<std::string> values, metric_value value);
    /// Numbers of any type.
    template <class Number>
        requires std::is_arithmetic_v<Number>
    void add(metric_id id, std::vector<std::string> values, Number value) {
        add(id, std::move(values), metric_value(static_cast<double>(value)));
    }
    /// How often something was measured: a rate, and its total.
    void add_rate(metric_id rate, metric_id total, const std::vector<std::string>& values, const sensor_reading& now);
    /// What was measured: its average, and the largest.
    void add_average(metric_id average, metric_id largest, const std::vector<std::string>& values,
                     const sensor_reading& now);
    [[nodiscard]] std::vector<metric> take() noexcept { return std::move(metrics_); }

private:
    recording_level level_;
    std::int64_t now_;
    std::vector<metric> metrics_;
};

} // namespace streams::inline v0
