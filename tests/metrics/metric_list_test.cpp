#include "catch.hpp"

#include "src/metrics/metric_list.hpp"

using namespace streams;

TEST_CASE("a metric has the labels that its definition names, and what is beyond the level is left out") {
    for (const auto level : {recording_level::info, recording_level::debug, recording_level::trace}) {
        metric_list list(level, 0);
        list.add(metric_id::node_e2e_latency_avg, {"app-StreamThread-1", "0_1", "source"}, 1.5);
        list.add(metric_id::task_process_total, {"app-StreamThread-1", "0_1"}, 7U);
        list.add(metric_id::thread_state_text, {"app-StreamThread-1"}, std::string("RUNNING"));
        const auto all = list.take();
        REQUIRE(all.size() == (level == recording_level::info ? 2U : 3U));
        CHECK(all.front().name == "record-e2e-latency-avg");
        CHECK(all.front().group == "stream-processor-node-metrics");
        CHECK(all.front().labels == std::vector<metric_label>{{"thread-id", "app-StreamThread-1"},
                                                              {"task-id", "0_1"},
                                                              {"processor-node-id", "source"}});
        CHECK(std::get<double>(all.front().value) == 1.5);
        CHECK(std::get<std::string>(all.back().value) == "RUNNING");
    }
}
