#include "catch.hpp"
#include "metrics/promtool.hpp"

#include <streams/metrics/prometheus_text.hpp>

#include <limits>

using namespace streams;

namespace {

metric number_of(std::string_view name, metric_kind kind, double value, std::vector<metric_label> labels = {}) {
    return {name, "stream-thread-metrics", "What it is", kind, recording_level::info, std::move(labels), value};
}

} // namespace

TEST_CASE("metrics of one name stand together, under what is said of it, with their labels") {
    const std::vector<metric> all{
        number_of("process-total", metric_kind::counter, 12, {{"thread-id", "a"}}),
        number_of("poll-rate", metric_kind::gauge, 0.5),
        number_of("process-total", metric_kind::counter, 3'000'000'000, {{"thread-id", "b"}, {"task-id", "0_1"}}),
    };
    CHECK(prometheus_text(all) == R"(# HELP kafka_streams_stream_thread_metrics_poll_rate What it is
# TYPE kafka_streams_stream_thread_metrics_poll_rate gauge
kafka_streams_stream_thread_metrics_poll_rate 0.5
# HELP kafka_streams_stream_thread_metrics_process_total What it is
# TYPE kafka_streams_stream_thread_metrics_process_total counter
kafka_streams_stream_thread_metrics_process_total{thread_id="a"} 12
kafka_streams_stream_thread_metrics_process_total{thread_id="b",task_id="0_1"} 3e+09
)");
}

TEST_CASE("endings that Prometheus keeps for other kinds are put right") {
    const auto name_of = [](std::string_view name, metric_kind kind) {
        const std::vector<metric> one{number_of(name, kind, 1)};
        const auto text = prometheus_text(one);
        return text.substr(text.rfind('\n', text.size() - 2) + 1);
    };
    CHECK(name_of("failed-stream-threads", metric_kind::counter) ==
          "kafka_streams_stream_thread_metrics_failed_stream_threads_total 1\n");
    CHECK(name_of("restore-remaining-records-total", metric_kind::gauge) ==
          "kafka_streams_stream_thread_metrics_restore_remaining_records 1\n");
    CHECK(name_of("active-buffer-count", metric_kind::gauge) ==
          "kafka_streams_stream_thread_metrics_active_buffer 1\n");
}

TEST_CASE("whatever stands in a label, and whatever a number is, promtool reads it") {
    std::vector<metric> all{
        number_of("first", metric_kind::gauge, std::numeric_limits<double>::quiet_NaN()),
        number_of("second", metric_kind::gauge, std::numeric_limits<double>::infinity(), {{"node", "a \"b\"\\\n{}"}}),
        number_of("third", metric_kind::gauge, -0.1),
    };
    all.push_back(all.front());
    all.back().name = "state";
    all.back().description = "A text \\ with\ntwo lines";
    all.back().value = std::string("RUNNING");
    const auto text = prometheus_text(all);
    CHECK(text.find("a \\\"b\\\"\\\\\\n{}") != std::string::npos);
    CHECK(text.find("state{value=\"RUNNING\"} 1") != std::string::npos);
    CHECK(testing_support::promtool_check_metrics(text) == "");
}

TEST_CASE("promtool has something to say about a text that is wrong") {
    CHECK(testing_support::promtool_check_metrics("no metric\n") != "");
}
