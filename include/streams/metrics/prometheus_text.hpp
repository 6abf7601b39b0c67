#pragma once

#include <streams/metrics/metric.hpp>

#include <span>
#include <string>

namespace streams::inline v0 {

/// The metrics in Prometheus' text format 0.0.4. Names are those that its JMX exporter gives to Kafka's metrics,
/// `kafka_streams_stream_thread_metrics_process_total`, but for endings that Prometheus keeps for something else: counters end in
/// `_total`, and gauges neither in that nor in `_count`. A text is a label `value` of the figure 1.
[[nodiscard]] std::string prometheus_text(std::span<const metric> metrics);

} // namespace streams::inline v0
