#pragma once

#include <streams/core/recording_level.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace streams::inline v0 {

/// A counter only grows, and begins at 0 again where what it belongs to is made anew; a gauge goes up and down.
enum class metric_kind : std::uint8_t { counter, gauge };

/// Which of many a figure belongs to: `{"thread-id", "app-StreamThread-1"}` (a tag of Kafka's metrics).
struct metric_label {
    std::string_view name;
    std::string value;

    friend bool operator==(const metric_label&, const metric_label&) = default;
};

/// A number, NaN where nothing was measured for a while; or a text, as of `state`.
using metric_value = std::variant<double, std::string>;

/// A figure of a running application, under the name and in the group that it has in Kafka Streams (Kafka's `KafkaMetric`).
/// docs/metrics.md lists them all. Times are in ms. The views are valid for as long as the process lives.
struct metric {
    std::string_view name;  ///< `process-total`
    std::string_view group; ///< `stream-thread-metrics`
    std::string_view description;
    metric_kind kind;
    recording_level level;
    std::vector<metric_label> labels;
    metric_value value;
};

} // namespace streams::inline v0
