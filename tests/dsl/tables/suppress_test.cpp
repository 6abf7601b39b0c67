#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;
using texts = std::vector<std::pair<text, maybe_text>>;

namespace {

template <class Suppression>
topology table_topology(const Suppression& until) {
    streams_builder builder;
    builder.table<text, text>("in").suppress(until).to_stream().to("out");
    return builder.build();
}

texts rows_of(topology_test_driver& driver) {
    texts found;
    for (auto& each : driver.output_topic<text, maybe_text>("out").read_all()) found.emplace_back(each.key, each.value);
    return found;
}

} // namespace

TEST_CASE("updates are held back for a time from the first of their key, and the last of them leaves") {
    topology_test_driver driver(table_topology(until_time_limit{.limit = 10ms}));
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "1", std::int64_t{0});
    in.pipe("a", "2", std::int64_t{5});
    in.pipe("b", "1", std::int64_t{9});
    CHECK(rows_of(driver).empty());
    in.pipe("b", std::nullopt, std::int64_t{10});
    CHECK(rows_of(driver) == texts{{"a", "2"}});
    in.pipe("c", "1", std::int64_t{30});
    CHECK(rows_of(driver) == texts{{"b", std::nullopt}});
}

TEST_CASE("an update that leaves carries the time and headers of its own record") {
    topology_test_driver driver(table_topology(until_time_limit{.limit = 10ms}));
    auto in = driver.input_topic<text, maybe_text>("in");
    const headers with{{"h", std::nullopt}, {"i", bytes(std::string_view("2"))}};
    in.pipe("a", "1", std::int64_t{3}, with);
    in.pipe("b", "1", std::int64_t{20});
    CHECK(driver.output_topic<text, maybe_text>("out").read() == test_record<text, maybe_text>{"a", "1", 3, with});
}

TEST_CASE("a buffer that is full emits its oldest updates early") {
    topology_test_driver driver(table_topology(until_time_limit{.limit = 1h, .max_records = 2}));
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("b", "1", std::int64_t{1});
    in.pipe("a", "1", std::int64_t{1});
    in.pipe("c", "1", std::int64_t{0});
    CHECK(rows_of(driver) == texts{{"c", "1"}});
    in.pipe("d", "1", std::int64_t{2});
    CHECK(rows_of(driver) == texts{{"a", "1"}});
}

TEST_CASE("a buffer may be bounded by bytes") {
    // 8 of time, 1 of key, 1 of value, 8 + 8 + 4 of origin and 2 of its topic
    topology_test_driver driver(table_topology(until_time_limit{.limit = 1h, .max_bytes = 2 * 32}));
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "1", std::int64_t{1});
    in.pipe("b", "1", std::int64_t{2});
    CHECK(rows_of(driver).empty());
    in.pipe("b", "12", std::int64_t{3});
    CHECK(rows_of(driver) == texts{{"a", "1"}});
}

TEST_CASE("a full buffer may stop the application") {
    topology_test_driver driver(
        table_topology(until_time_limit{.limit = 1h, .max_records = 1, .full = when_full::shut_down}));
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "1");
    CHECK_THROWS_WITH(in.pipe("b", "1"), containing("is full") && containing("2 records"));
}

TEST_CASE("of a window only the final result leaves, when it closes") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{.size = 10ms, .grace = 5ms})
        .count()
        .suppress(until_window_closes{})
        .to_stream()
        .map([](const windowed<text>& key, std::int64_t count) {
            return std::pair(key.key + std::to_string(key.window.start) + "-" + std::to_string(key.window.end), count);
        })
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const std::int64_t at : {1, 2, 14, 9}) in.pipe("a", "x", at);
    auto out = driver.output_topic<text, std::int64_t>("out");
    CHECK(out.empty());
    in.pipe("b", "x", std::int64_t{15});
    CHECK(out.read() == test_record<text, std::int64_t>{"a0-10", 3, 9});
    CHECK(out.empty());
    in.pipe("b", "x", std::int64_t{40});
    CHECK(out.read_values() == std::vector<std::int64_t>{1, 1});
}

TEST_CASE("a window whose row is gone when it closes is not forwarded") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{10ms})
        .count()
        .filter([](std::int64_t count) { return count < 2; })
        .suppress(until_window_closes{})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* key : {"a", "a", "b"}) in.pipe(key, "x", std::int64_t{1});
    in.pipe("c", "x", std::int64_t{10});
    auto out = driver.output_topic<windowed<text>, std::int64_t>("out").read_all();
    REQUIRE(out.size() == 1);
    CHECK(out[0].key.key == "b");
}

TEST_CASE("until_window_closes needs a windowed aggregation above") {
    streams_builder builder;
    auto windows = builder.table<windowed<text>, text>("in");
    CHECK_THROWS_WITH(windows.suppress(until_window_closes{}), containing("no windowed aggregation is above it"));
    CHECK_THROWS_WITH(windows.suppress(until_time_limit{.limit = -1ms}), containing("-1 ms"));
}

TEST_CASE("a join with a suppressed table sees rows as they were before what is held back") {
    streams_builder builder;
    auto rows = builder.table<text, text>("rows").suppress(until_time_limit{.limit = 10ms});
    builder.stream<text, text>("in")
        .left_join(rows, [](const text& value, const text* row) { return value + (row ? *row : "-"); })
        .to("out");
    topology_test_driver driver(builder.build());
    auto row = driver.input_topic<text, text>("rows");
    auto in = driver.input_topic<text, text>("in");
    row.pipe("a", "1", std::int64_t{0});
    in.pipe("a", "x", std::int64_t{0});
    row.pipe("b", "1", std::int64_t{10});
    in.pipe("a", "y", std::int64_t{10});
    row.pipe("a", "2", std::int64_t{11});
    in.pipe("a", "z", std::int64_t{11});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"x-", "y1", "z1"});
}

TEST_CASE("suppress is named as Kafka Streams names it") {
    streams_builder builder;
    auto table = builder.table<text, text>("in");
    static_cast<void>(table.suppress(until_time_limit{.limit = 1ms}).to_stream());
    static_cast<void>(table.suppress(until_time_limit{.limit = 1ms}, named{"calm"}).to_stream());
    const topology t = builder.build();
    CHECK(node_names(t) == std::vector<std::string>{"KSTREAM-SOURCE-0000000001", "KTABLE-SOURCE-0000000002",
                                                    "KTABLE-SUPPRESS-0000000003", "KTABLE-TOSTREAM-0000000005", "calm",
                                                    "KTABLE-TOSTREAM-0000000006"});
    CHECK(store_names(t) == std::vector<std::string>{"in-STATE-STORE-0000000000",
                                                     "KTABLE-SUPPRESS-STATE-STORE-0000000004", "calm-store"});
}

TEST_CASE("a join with what is held back has the buffer before the rows where Java's hash table puts them together") {
    streams_builder builder;
    auto rows = builder.table<text, text>("rows", materialized{.name = "store5"});
    auto held = rows.suppress(until_time_limit{.limit = 10ms}, named{"sup15"});
    builder.table<text, text>("others")
        .join(held, [](const text& one, const text& other) { return one + other; })
        .to_stream()
        .to("out");
    CHECK_THAT(builder.build().describe(), containing("(stores: [sup15-store, store5])"));
}
