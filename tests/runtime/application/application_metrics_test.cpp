#include "catch.hpp"
#include "metrics/promtool.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"
#include "server/free_port.hpp"
#include "server/http_client.hpp"

#include "src/metrics/metric_catalog.hpp"

#include <streams/metrics/prometheus_text.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::free_port;
using testing_support::http_get;
using testing_support::patience;
using testing_support::promtool_check_metrics;
using testing_support::says;
using testing_support::world;

namespace {

/// The metric of that name in a group that has these labels, perhaps among others.
std::optional<metric> find(const kafka_streams& app, std::string_view group, std::string_view name,
                           const std::vector<metric_label>& labels = {}) {
    for (const metric& each : app.metrics())
        if (each.group == group && each.name == name && std::ranges::all_of(labels, [&](const metric_label& label) {
                return std::ranges::count(each.labels, label) == 1;
            }))
            return each;
    return std::nullopt;
}

double number(const kafka_streams& app, std::string_view group, std::string_view name,
              const std::vector<metric_label>& labels = {}) {
    const auto found = find(app, group, name, labels);
    return found ? std::get<double>(found->value) : -1;
}

const metric_label first_thread{"thread-id", "app-StreamThread-1"};

} // namespace

TEST_CASE("a running application says what it does, under the names of Kafka Streams") {
    world w;
    kafka_streams app = w.run(count_topology(true), w.config());
    REQUIRE(app.wait_for(application_state::running, patience));
    for (int i = 0; i < 7; ++i) w.produce("k", "v", 1'000 * i);
    REQUIRE(eventually([&] { return w.out().size() == 7 && w.committed() == 7; }));

    const auto thread = [&](std::string_view name) {
        return number(app, "stream-thread-metrics", name, {first_thread});
    };
    CHECK(thread("process-total") == 7);
    CHECK(thread("process-rate") > 0);
    CHECK(thread("process-records-max") >= 1);
    CHECK(thread("poll-total") > 0);
    CHECK(thread("commit-total") > 0);
    CHECK(eventually([&] { return thread("commit-latency-avg") >= 0; }));
    CHECK(thread("commit-latency-max") >= thread("commit-latency-avg"));
    CHECK(thread("task-created-total") == 1);
    CHECK(thread("thread-state") == 4);
    CHECK(std::get<std::string>(find(app, "stream-thread-metrics", "state")->value) == "RUNNING");
    CHECK(std::get<std::string>(find(app, "stream-metrics", "state")->value) == "RUNNING");
    CHECK(number(app, "stream-metrics", "client-state") == 2);
    CHECK(number(app, "stream-metrics", "alive-stream-threads") == 1);
    CHECK(number(app, "stream-metrics", "memory-limit-bytes", {{"memory-role", "memtables"}}) > 0);

    const std::vector<metric_label> source{first_thread, {"task-id", "0_0"}, {"processor-node-id", "source"}};
    CHECK(number(app, "stream-topic-metrics", "records-consumed-total", source) == 7);
    // Their timestamps are of 1970.
    CHECK(number(app, "stream-processor-node-metrics", "record-e2e-latency-min", source) > 1e12);
    CHECK(number(app, "stream-processor-node-metrics", "record-e2e-latency-max", source) -
              number(app, "stream-processor-node-metrics", "record-e2e-latency-min", source) >
          5'000); // their timestamps are 6 s apart, and the last was taken in later
    CHECK(eventually([&] {
        return number(app, "consumer-fetch-manager-metrics", "records-lag", {{"topic", "in"}, {"partition", "0"}}) == 0;
    }));
    REQUIRE(app.close(patience));
    CHECK(number(app, "stream-metrics", "client-state") == 4);
    CHECK_FALSE(find(app, "stream-task-metrics", "dropped-records-rate"));
}

TEST_CASE("how far an input is behind is seen while its records are not read") {
    world w;
    auto config = w.config();
    config.buffered_records_per_partition = 1;
    kafka_streams app = w.run(copy_topology(), config);
    const auto lag = [&] {
        return number(app, "consumer-fetch-manager-metrics", "records-lag", {{"topic", "in"}, {"partition", "0"}});
    };
    w.produce("k", "v"); // what was never read has no lag
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    app.pause();
    for (int i = 0; i < 5'000; ++i) w.produce("k", "v");
    CHECK(eventually([&] { return lag() > 0; }));
    app.resume();
    CHECK(eventually([&] { return lag() == 0 && w.committed() == 5'001; }));
    CHECK(number(app, "stream-thread-metrics", "process-total") == 5'001);
}

TEST_CASE("a dropped record is counted under its reason, by task") {
    world w;
    auto config = w.config();
    config.on_processing_error = resume_on_error{};
    config.metrics_recording_level = recording_level::debug;
    kafka_streams app = w.run(copy_topology([](const auto& r, auto&) {
                                  if (r.value == "bad") throw std::runtime_error("it is bad");
                              }),
                              config);
    w.produce("k", "bad");
    w.produce("k", "good");
    REQUIRE(eventually([&] { return w.out().size() == 1; }));
    const auto dropped = [&](std::string reason) {
        return number(app, "stream-task-metrics", "dropped-records-total",
                      {first_thread, {"task-id", "0_0"}, {"reason", std::move(reason)}});
    };
    CHECK(dropped("processing") == 1);
    CHECK(dropped("late") == 0);
    CHECK(number(app, "stream-task-metrics", "dropped-records-rate") > 0);
}

TEST_CASE("each level measures what the one before does, and more") {
    std::set<std::pair<std::string, std::string>> before;
    for (const auto level : {recording_level::info, recording_level::debug, recording_level::trace}) {
        world w;
        auto config = w.config();
        config.metrics_recording_level = level;
        kafka_streams app = w.run(count_topology(true), config);
        w.produce("k", "v", 5'000);
        w.produce("k", "v", 2'000);
        REQUIRE(eventually([&] { return w.out().size() == 2; }));
        std::set<std::pair<std::string, std::string>> names;
        for (const metric& each : app.metrics()) {
            names.emplace(each.group, each.name);
            CHECK(each.level <= level);
        }
        CHECK(std::ranges::includes(names, before));
        const bool debug = level >= recording_level::debug;
        CHECK(names.contains({"stream-task-metrics", "record-lateness-max"}) == debug);
        if (debug) {
            CHECK(number(app, "stream-task-metrics", "record-lateness-max") == 3'000);
            CHECK(number(app, "stream-task-metrics", "process-total") == 2);
        }
        before = std::move(names);
    }
}

TEST_CASE("the metrics of RocksDB are those of stores that ask for its statistics") {
    world w;
    auto config = w.config();
    config.metrics_recording_level = recording_level::debug;
    config.rocksdb_config = [](std::string_view) { return rocksdb_settings{.statistics = true}; };
    kafka_streams app = w.run(count_topology(true), config);
    for (int i = 0; i < 100; ++i) w.produce(std::to_string(i), "v");
    REQUIRE(eventually([&] { return w.committed() == 100; }));
    CHECK(eventually([&] {
        return number(app, "stream-state-metrics", "bytes-written-total", {{"rocksdb-state-id", "counts"}}) > 0;
    }));
}

TEST_CASE("what an application says is in order for promtool") {
    world w;
    auto config = w.config();
    config.metrics_recording_level = recording_level::trace;
    config.rocksdb_config = [](std::string_view) { return rocksdb_settings{.statistics = true}; };
    kafka_streams app = w.run(count_topology(true), config);
    w.produce("k", "v");
    REQUIRE(eventually([&] { return w.committed() == 1; }));
    REQUIRE(eventually([&] { return find(app, "consumer-fetch-manager-metrics", "records-lag").has_value(); }));
    CHECK(promtool_check_metrics(prometheus_text(app.metrics())) == "");
}

TEST_CASE("every metric of the catalog is there, where there is something to measure") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("k", "v");
    auto config = w.config();
    config.metrics_recording_level = recording_level::trace;
    config.rocksdb_config = [](std::string_view) { return rocksdb_settings{.statistics = true}; };
    {
        kafka_streams app = w.run(count_topology(true), config);
        REQUIRE(eventually([&] { return w.committed() == 3; }));
    }
    config.state_dir = w.folder.path() / "another"; // to be restored
    std::set<std::pair<std::string, std::string>> names;
    std::atomic<const kafka_streams*> running{nullptr};
    const auto note = [&] {
        for (const metric& each : running.load()->metrics()) names.emplace(each.group, each.name);
    };
    kafka_streams app(count_topology(true), config, w.cluster.clients());
    running = &app;
    app.set_restore_listener({.on_restore_start = [&](const restore_progress&) { note(); }});
    app.start();
    REQUIRE(app.wait_for(application_state::running, patience));
    REQUIRE(eventually([&] {
        note();
        return names.contains({"consumer-fetch-manager-metrics", "records-lag"}) &&
               names.contains({"stream-state-metrics", "memtable-hit-ratio"}) &&
               names.contains({"stream-task-metrics", "active-buffer-count"});
    }));
    for (const metric_definition& each : metric_catalog()) {
        INFO(each.group << ' ' << each.name);
        CHECK(names.contains({std::string(each.group), std::string(each.name)}));
    }
}

TEST_CASE("an application serves its metrics on the port that it is told, until it is closed") {
    world w;
    auto config = w.config();
    const std::int32_t port = free_port();
    config.metrics_listen = std::to_string(port);
    kafka_streams app = w.run(copy_topology(), config);
    w.produce("k", "v");
    REQUIRE(eventually([&] { return w.out().size() == 1; }));
    const auto scraped = http_get(port, "/metrics");
    CHECK(says(scraped, "kafka_streams_stream_thread_metrics_process_total{thread_id=\"app-StreamThread-1\"} 1\n"));

    auto other = w.config("two");
    other.metrics_listen = std::to_string(port);
    const auto refusal = testing_support::message_of([&] { w.run(copy_topology(), other); });
    CHECK(says(refusal, "127.0.0.1:" + std::to_string(port) + " cannot be listened on: Address already in use"));

    REQUIRE(app.close(patience));
    CHECK(http_get(port, "/metrics") == "");
}
