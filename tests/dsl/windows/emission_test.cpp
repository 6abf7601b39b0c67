#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;

namespace {

auto grouped_input(streams_builder& builder) { return builder.stream<text, text>("in").group_by_key(); }

template <class Group>
topology counted(streams_builder& builder, const Group& group) {
    group.count(materialized{.name = "counts"}).to_stream().to("out");
    return builder.build();
}

struct result {
    text key;
    std::int64_t start;
    std::int64_t count;
    std::int64_t timestamp;
    friend bool operator==(const result&, const result&) = default;
};
using results = std::vector<result>;

results emitted(topology_test_driver& driver) {
    results out;
    for (const auto& r : driver.output_topic<windowed<text>, std::int64_t>("out").read_all())
        out.push_back({r.key.key, r.key.window.start, r.value, r.timestamp});
    return out;
}
results emitted_sessions(topology_test_driver& driver) {
    results out;
    for (const auto& r : driver.output_topic<session_windowed<text>, std::optional<std::int64_t>>("out").read_all())
        out.push_back({r.key.key, r.key.window.start, *r.value, r.timestamp});
    return out;
}

/// Counts in windows of 10 ms, and looks for closed ones once a second of the wall clock.
topology_test_driver looking_each_second() {
    streams_builder builder;
    test_driver_options options;
    options.config.window_emit_interval = 1s;
    return topology_test_driver(counted(builder, grouped_input(builder).windowed_by(tumbling{10ms}).emit_on_close()),
                                options);
}

} // namespace

TEST_CASE("a window leaves once, when stream time has passed its end and grace, by start and then by key") {
    streams_builder builder;
    topology_test_driver driver(
        counted(builder, grouped_input(builder).windowed_by(tumbling{10ms, 5ms}).emit_on_close()));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("b", "v", std::int64_t{12});
    in.pipe("a", "v", std::int64_t{13});
    in.pipe("b", "v", std::int64_t{3});
    in.pipe("a", "v", std::int64_t{14});
    CHECK(emitted(driver).empty());
    in.pipe("a", "v", std::int64_t{15});
    CHECK(emitted(driver) == results{{"b", 0, 1, 3}});
    in.pipe("c", "v", std::int64_t{30});
    CHECK(emitted(driver) == results{{"a", 10, 3, 15}, {"b", 10, 1, 12}});
}

TEST_CASE("a sliding window leaves once, when no record can fall into it any more") {
    streams_builder builder;
    topology_test_driver driver(
        counted(builder, grouped_input(builder).windowed_by(sliding{10ms, 30ms}).emit_on_close()));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{20});
    in.pipe("k", "v", std::int64_t{25});
    CHECK(emitted(driver).empty());
    in.pipe("k", "v", std::int64_t{56});
    CHECK(emitted(driver) == results{{"k", 10, 1, 20}, {"k", 15, 2, 25}});
    in.pipe("k", "v", std::int64_t{62});
    CHECK(emitted(driver) == results{{"k", 21, 1, 25}});
}

TEST_CASE("a session leaves once, at its end, when gap and grace have passed") {
    streams_builder builder;
    topology_test_driver driver(
        counted(builder, grouped_input(builder).windowed_by(session{.gap = 10ms}).emit_on_close()));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{20});
    in.pipe("k", "v", std::int64_t{25});
    in.pipe("other", "v", std::int64_t{35});
    CHECK(emitted_sessions(driver).empty());
    in.pipe("other", "v", std::int64_t{36});
    CHECK(emitted_sessions(driver) == results{{"k", 20, 2, 25}});
}

TEST_CASE("closed windows are looked for once in the interval of the wall clock that is configured") {
    auto driver = looking_each_second();
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{5});
    in.pipe("k", "v", std::int64_t{15});
    CHECK(emitted(driver).empty());
    driver.advance_wall_clock(1s);
    in.pipe("k", "v", std::int64_t{16});
    CHECK(emitted(driver) == results{{"k", 0, 1, 5}});
}

TEST_CASE("closed windows do not wait for a wall clock that was set back") {
    auto driver = looking_each_second();
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{5});
    driver.advance_wall_clock(-1h);
    in.pipe("k", "v", std::int64_t{15});
    CHECK(emitted(driver) == results{{"k", 0, 1, 5}});
}

TEST_CASE("windows that stream time jumps past by more than their retention never leave, as in Kafka Streams") {
    const auto left_after_a_jump = [](const materialized& options) {
        streams_builder builder;
        grouped_input(builder).windowed_by(tumbling{10ms}).emit_on_close().count(options).to_stream().to("out");
        test_driver_options uncached;
        uncached.config.statestore_cache_max_bytes = 0;
        topology_test_driver driver(builder.build(), uncached);
        auto in = driver.input_topic<text, text>("in");
        in.pipe("k", "v", std::int64_t{5});
        in.pipe("k", "v", std::int64_t{1000});
        return emitted(driver);
    };
    CHECK(left_after_a_jump({.name = "counts"}).empty());
    CHECK(left_after_a_jump({.name = "counts", .retention = 2s}) == results{{"k", 0, 1, 5}});
}

TEST_CASE("windows without end cannot be emitted on close") {
    streams_builder builder;
    CHECK_THROWS_AS(grouped_input(builder).windowed_by(unlimited{}).emit_on_close(), topology_error);
    CHECK_THROWS_AS(grouped_input(builder).windowed_by(tumbling{1ms}).emit_on_close(close_when_idle{0ms}),
                    topology_error);
}

TEST_CASE("without input for the idle timeout every open window closes, once, and later records for it are late") {
    streams_builder builder;
    topology_test_driver driver(
        counted(builder, grouped_input(builder).windowed_by(tumbling{10ms, 5ms}).emit_on_close(close_when_idle{1min})));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{5});
    in.pipe("k", "v", std::int64_t{12});
    driver.advance_wall_clock(59s);
    CHECK(emitted(driver).empty());
    driver.advance_wall_clock(1s);
    CHECK(emitted(driver) == results{{"k", 0, 1, 5}, {"k", 10, 1, 12}});
    driver.advance_wall_clock(10min);
    in.pipe("k", "v", std::int64_t{13});
    CHECK(driver.dropped()[drop_reason::late] == 1);
    in.pipe("k", "v", std::int64_t{40});
    driver.advance_wall_clock(1min);
    CHECK(emitted(driver) == results{{"k", 40, 1, 40}});
}

TEST_CASE("sessions and sliding windows close when idle too") {
    streams_builder builder;
    auto group = grouped_input(builder);
    group.windowed_by(session{10ms})
        .emit_on_close(close_when_idle{1min})
        .count(materialized{.name = "s"})
        .to_stream()
        .to("sessions");
    group.windowed_by(sliding{10ms})
        .emit_on_close(close_when_idle{1min})
        .count(materialized{.name = "w"})
        .to_stream()
        .to("windows");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{20});
    in.pipe("k", "v", std::int64_t{25});
    driver.advance_wall_clock(1min);
    CHECK(driver.output_topic<session_windowed<text>, std::optional<std::int64_t>>("sessions").read_values() ==
          std::vector<std::optional<std::int64_t>>{2});
    CHECK(driver.output_topic<windowed<text>, std::int64_t>("windows").read_values() ==
          std::vector<std::int64_t>{1, 2, 1});
    driver.advance_wall_clock(10min);
    in.pipe("k", "v", std::int64_t{20});
    CHECK(driver.dropped()[drop_reason::late] == 2);
    driver.advance_wall_clock(10min);
    CHECK(driver.output_topic<session_windowed<text>, std::optional<std::int64_t>>("sessions").empty());
    CHECK(driver.output_topic<windowed<text>, std::int64_t>("windows").empty());
}

TEST_CASE("late records go where late_to says instead of being dropped") {
    streams_builder builder;
    auto group = grouped_input(builder);
    group.windowed_by(tumbling{10ms}).late_to("late").count().to_stream().to("out");
    group.windowed_by(session{10ms})
        .late_to([](const kstream<text, text>& late) {
            late.map_values([](const text& value) { return value + "!"; }).to("late-sessions");
        })
        .count()
        .to_stream()
        .to("out-sessions");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{5}, headers{{"h", bytes(std::string_view("x"))}});
    const auto late = driver.output_topic<text, text>("late").read_all();
    REQUIRE(late.size() == 1);
    CHECK(late[0].key == "k");
    CHECK(late[0].value == "b");
    CHECK(late[0].timestamp == 5);
    CHECK(late[0].headers == headers{{"h", bytes(std::string_view("x"))}});
    CHECK(driver.output_topic<text, text>("late-sessions").read_values() == std::vector<text>{"b!"});
    CHECK(driver.dropped()[drop_reason::late] == 0);
}

TEST_CASE("a record that one of its windows takes is not late") {
    streams_builder builder;
    grouped_input(builder).windowed_by(hopping{10ms, 5ms}).late_to("late").count().to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{20});
    in.pipe("k", "b", std::int64_t{19});
    in.pipe("k", "c", std::int64_t{5});
    CHECK(driver.output_topic<text, text>("late").read_values() == std::vector<text>{"c"});
    CHECK(driver.dropped()[drop_reason::late] == 1); // the closed window of b
}

TEST_CASE("late_to changes no name but its own") {
    const auto described = [](bool late) {
        streams_builder builder;
        auto windows = grouped_input(builder).windowed_by(tumbling{10ms});
        (late ? windows.late_to("late") : windows).count().to_stream().to("out");
        return builder.build();
    };
    const topology with = described(true);
    const topology without = described(false);
    for (const auto& node : without.nodes()) CHECK(with.find_node(node.name) != nullptr);
    CHECK(with.find_node("KSTREAM-AGGREGATE-0000000002-late") != nullptr);
}
