#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;

namespace {

std::vector<std::pair<text, std::int32_t>> placed(topology_test_driver& driver, const std::string& topic) {
    std::vector<std::pair<text, std::int32_t>> found;
    for (const auto& each : driver.output_topic<text, text>(topic).read_all())
        found.emplace_back(each.value, each.partition.value_or(-1));
    return found;
}

} // namespace

TEST_CASE("a partitioner chooses the partition of each record, or leaves it to the key") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.to("out", partitioned_by([](const text& value, std::int32_t partitions) -> std::optional<std::int32_t> {
              if (value == "last") return partitions - 1;
              return std::nullopt;
          }));
    in.to("plain");
    topology_test_driver driver(builder.build(), {.partitions = 8});
    auto topic = driver.input_topic<text, text>("in");
    topic.pipe("k", "last");
    topic.pipe("k", "any");
    const auto by_key = placed(driver, "plain").front().second;
    REQUIRE(by_key != 7);
    CHECK(placed(driver, "out") == std::vector<std::pair<text, std::int32_t>>{{"last", 7}, {"any", by_key}});
}

TEST_CASE("a partitioner may send a record to several partitions, or to none, which is counted") {
    streams_builder builder;
    builder.stream<text, text>("in").to([](const text&) { return "out"; }, produced{"sink"},
                                        partitioned_by([](const text&, const text& value, std::int32_t) {
                                            return value == "all" ? std::vector<std::int32_t>{0, 2}
                                                                  : std::vector<std::int32_t>{};
                                        }));
    topology_test_driver driver(builder.build(), {.partitions = 4});
    auto topic = driver.input_topic<text, text>("in");
    topic.pipe("k", "all");
    topic.pipe("k", "none");
    CHECK(placed(driver, "out") == std::vector<std::pair<text, std::int32_t>>{{"all", 0}, {"all", 2}});
    CHECK(driver.dropped()[drop_reason::partitioner] == 1);
}

TEST_CASE("a repartition may be placed by a partitioner") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .repartition(repartitioned{.name = "spread"},
                     partitioned_by([](const record<text, text>& r, std::string_view, std::int32_t) {
                         return r.value == "1" ? 1 : 3;
                     }))
        .to("out");
    topology_test_driver driver(builder.build(), {.partitions = 4});
    driver.input_topic<text, text>("in").pipe_all({{"k", "1"}, {"k", "3"}});
    CHECK(placed(driver, "topology-test-driver-spread-repartition") ==
          std::vector<std::pair<text, std::int32_t>>{{"1", 1}, {"3", 3}});
}

TEST_CASE("event time may come from the record") {
    streams_builder builder;
    builder.stream<text, std::int64_t>("in", timestamp_from([](std::int64_t value) { return value; })).to("out");
    topology_test_driver driver(builder.build());
    auto topic = driver.input_topic<text, std::int64_t>("in");
    topic.pipe("k", 500, std::int64_t{1});
    topic.pipe("k", -1, std::int64_t{1});
    CHECK(driver.output_topic<text, std::int64_t>("out").read().timestamp == 500);
    CHECK(driver.dropped()[drop_reason::invalid_timestamp] == 1);
}

TEST_CASE("event time may be chosen with a look at the record's own time") {
    streams_builder builder;
    // A time in the value counts where it is not in the future.
    builder
        .stream<text, std::int64_t>(
            "in", timestamp_from([](const text&, std::int64_t said, std::int64_t own) { return std::min(said, own); }))
        .to("out");
    topology_test_driver driver(builder.build());
    auto topic = driver.input_topic<text, std::int64_t>("in");
    topic.pipe("k", 500, std::int64_t{1000});
    topic.pipe("k", 5000, std::int64_t{1000});
    auto out = driver.output_topic<text, std::int64_t>("out");
    CHECK(out.read().timestamp == 500);
    CHECK(out.read().timestamp == 1000);
}

TEST_CASE("event time may be the wall clock") {
    streams_builder builder;
    builder.stream<text, text>("in", timestamp_from(wallclock_timestamp{})).to("out");
    topology_test_driver driver(builder.build(), {.wall_clock = std::chrono::milliseconds(77)});
    driver.input_topic<text, text>("in").pipe("k", "v", std::int64_t{1});
    CHECK(driver.output_topic<text, text>("out").read().timestamp == 77);
}

TEST_CASE("an invalid timestamp fails, is skipped, or gives way to the partition's time") {
    const auto run = [](auto extractor) {
        streams_builder builder;
        builder.table<text, text>("in", materialized{.name = "rows"}, timestamp_from(extractor));
        topology_test_driver driver(builder.build());
        auto topic = driver.input_topic<text, text>("in");
        topic.pipe("a", "x", std::int64_t{9});
        topic.pipe("b", "x", std::int64_t{-1});
        const auto found = driver.key_value_store<text, text>("rows").get_with_timestamp("b");
        return found ? found->timestamp : -1;
    };
    CHECK_THROWS_WITH(run(fail_on_invalid_timestamp{}), containing("topic in partition 0 offset 1"));
    CHECK(run(log_and_skip_on_invalid_timestamp{}) == -1);
    CHECK(run(use_partition_time_on_invalid_timestamp{}) == 9);
}

TEST_CASE("without a choice an invalid timestamp fails") {
    streams_builder builder;
    builder.stream<text, text>("in").to("out");
    topology_test_driver driver(builder.build());
    auto topic = driver.input_topic<text, text>("in");
    CHECK_THROWS_WITH(topic.pipe("b", "x", std::int64_t{-1}), containing("invalid timestamp -1"));
}

TEST_CASE("records are printed with label, key and value") {
    const auto file = std::filesystem::temp_directory_path() / ("streams-print-" + std::to_string(::getpid()));
    streams_builder builder;
    auto in = builder.stream<text, maybe_text>("in");
    in.print(printed{.label = "orders", .file = file});
    topology_test_driver driver(builder.build());
    auto topic = driver.input_topic<text, maybe_text>("in");
    topic.pipe("k", "v");
    topic.pipe("k", std::nullopt);
    driver.close();
    std::ifstream lines(file);
    std::stringstream all;
    all << lines.rdbuf();
    std::filesystem::remove(file);
    CHECK(all.str() == "[orders]: k, v\n[orders]: k, null\n");
}

TEST_CASE("a functor may make the text that is printed") {
    const auto file = std::filesystem::temp_directory_path() / ("streams-print-f-" + std::to_string(::getpid()));
    streams_builder builder;
    builder.stream<text, text>("in").print([](const text& key, const text& value) { return key + "=" + value; },
                                           printed{.file = file, .name = "printer"});
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    driver.close();
    std::ifstream lines(file);
    std::string line;
    std::getline(lines, line);
    std::filesystem::remove(file);
    CHECK(line == "[KSTREAM-SOURCE-0000000000]: k=v");
}

TEST_CASE("a file that cannot be printed to is an error at once") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    CHECK_THROWS_WITH(in.print(printed{.file = "/nowhere/at/all"}), containing("/nowhere/at/all"));
}

TEST_CASE("a partitioner may look at the headers") {
    streams_builder builder;
    const auto by_header = [](const headers& of) { return of.last("last") ? 3 : 0; };
    auto in = builder.stream<text, text>("in");
    in.to("short",
          partitioned_by([=](const text&, const text&, const headers& of, std::int32_t) { return by_header(of); }));
    in.to("whole", partitioned_by([=](const record<text, text>& r, std::string_view, std::int32_t) {
              return by_header(r.headers);
          }));
    topology_test_driver driver(builder.build(), {.partitions = 4});
    test_record<text, text> marked{"k", "marked"};
    marked.headers.add("last", std::nullopt);
    driver.input_topic<text, text>("in").pipe(marked);
    driver.input_topic<text, text>("in").pipe("k", "plain");
    for (const auto* topic : {"short", "whole"})
        CHECK(placed(driver, topic) == std::vector<std::pair<text, std::int32_t>>{{"marked", 3}, {"plain", 0}});
}
