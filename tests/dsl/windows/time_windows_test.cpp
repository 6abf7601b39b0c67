#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <limits>

using namespace streams;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using text = std::string;
using maybe_text = std::optional<std::string>;
using key = windowed<text>;

namespace {

topology counted(const auto& windows) {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(windows)
        .count(materialized{.name = "counts"})
        .to_stream()
        .to("out");
    return builder.build();
}

/// The starts of the windows that were updated, with their counts.
using updates = std::vector<std::pair<std::int64_t, std::int64_t>>;
updates updated(topology_test_driver& driver) {
    updates out;
    for (const auto& r : driver.output_topic<key, std::int64_t>("out").read_all())
        out.emplace_back(r.key.window.start, r.value);
    return out;
}

} // namespace

TEST_CASE("a tumbling window holds its start and not its end") {
    topology_test_driver driver(counted(tumbling{10ms}));
    auto in = driver.input_topic<text, text>("in");
    for (const std::int64_t at : {0, 9, 10, 19}) in.pipe("k", "v", at);
    CHECK(updated(driver) == updates{{0, 1}, {0, 2}, {10, 1}, {10, 2}});
    CHECK(driver.window_store<text, std::int64_t>("counts").get("k", 10ms) == 2);
}

TEST_CASE("a record counts in every hopping window that holds it, the earliest first") {
    topology_test_driver driver(counted(hopping{.size = 10ms, .advance = 4ms}));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{3});
    in.pipe("k", "v", std::int64_t{9});
    CHECK(updated(driver) == updates{{0, 1}, {0, 2}, {4, 1}, {8, 1}});
}

TEST_CASE("a record of a closed window is dropped and counted, one within the grace is not") {
    topology_test_driver driver(counted(tumbling{.size = 10ms, .grace = 5ms}));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{14});
    in.pipe("k", "v", std::int64_t{1});
    in.pipe("k", "v", std::int64_t{15});
    in.pipe("k", "v", std::int64_t{2});
    CHECK(updated(driver) == updates{{10, 1}, {0, 1}, {10, 2}});
    CHECK(driver.dropped()[drop_reason::late] == 1);
}

TEST_CASE("a late record is counted once for each window that is closed") {
    topology_test_driver driver(counted(hopping{.size = 10ms, .advance = 5ms}));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{100});
    in.pipe("k", "v", std::int64_t{12});
    CHECK(driver.dropped()[drop_reason::late] == 2);
    in.pipe("k", "v", std::int64_t{96});
    CHECK(driver.dropped()[drop_reason::late] == 3);
    CHECK(updated(driver) == updates{{95, 1}, {100, 1}, {95, 2}});
}

TEST_CASE("the window of a key knows its end") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{10ms})
        .count()
        .to_stream([](const key& of, std::int64_t) { return std::to_string(of.window.end); })
        .to("out");
    topology_test_driver driver(builder.build(), {.config = {.statestore_cache_max_bytes = 1000}});
    driver.input_topic<text, text>("in").pipe("k", "v", std::int64_t{25});
    CHECK(driver.output_topic<text, std::int64_t>("out").read().key == "30");
}

TEST_CASE("a windowed aggregate sees null values, a windowed reduce leaves a null first value out") {
    streams_builder builder;
    auto windows = builder.stream<text, maybe_text>("in").group_by_key().windowed_by(tumbling{10ms});
    windows
        .aggregate([] { return text(); },
                   [](const maybe_text& value, text all) { return std::move(all) + value.value_or("-"); })
        .to_stream([](const key& of, const text&) { return of.key; })
        .to("aggregated");
    kstream<key, maybe_text> reduced =
        windows.reduce([](text all, const maybe_text& value) { return std::move(all) + value.value_or("-"); })
            .to_stream();
    reduced.select_key([](const key& of, const maybe_text&) { return of.key; }).to("reduced");
    topology_test_driver driver(builder.build(), {.config = {.statestore_cache_max_bytes = 0}});
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", std::nullopt, std::int64_t{1});
    in.pipe("k", "a", std::int64_t{2});
    in.pipe("k", std::nullopt, std::int64_t{3});
    CHECK(driver.output_topic<text, text>("aggregated").read_values() == std::vector<text>{"-", "-a", "-a-"});
    CHECK(driver.output_topic<text, maybe_text>("reduced").read_values() ==
          std::vector<maybe_text>{std::nullopt, "a", "a-"});
}

TEST_CASE("windows that hold nothing, leave gaps or close early are refused") {
    streams_builder builder;
    auto group = builder.stream<text, text>("in").group_by_key();
    CHECK_THROWS_AS(group.windowed_by(tumbling{0ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(tumbling{.size = 10ms, .grace = -1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(hopping{.size = 10ms, .advance = 11ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(hopping{.size = 10ms, .advance = 0ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(tumbling{.size = 10ms, .grace = 5ms}).count(materialized{.retention = 14ms}),
                    topology_error);
}

TEST_CASE("windows that would be kept for longer than time lasts are refused") {
    constexpr auto longest = milliseconds::max();
    streams_builder builder;
    auto group = builder.stream<text, text>("in").group_by_key();
    CHECK_THROWS_WITH(group.windowed_by(tumbling{.size = 1ms, .grace = longest}), containing("longer than time lasts"));
    CHECK_THROWS_AS(group.windowed_by(sliding{longest}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(session{.gap = 1ms, .grace = longest}), topology_error);
    CHECK_NOTHROW(group.windowed_by(tumbling{longest}));
    CHECK_NOTHROW(group.windowed_by(session{longest}));
    CHECK_THROWS_WITH(group.windowed_by(hopping{.size = longest, .advance = 1ms}), containing("give a longer advance"));
}

TEST_CASE("a record whose window would end past the largest time goes to the processing handler") {
    std::string said;
    test_driver_options options;
    options.config.on_processing_error = [&](const auto&, const std::exception& cause) {
        said = cause.what();
        return handler_response::resume;
    };
    const auto refuse = [&](const auto& windows) {
        said.clear();
        topology_test_driver driver(counted(windows), options);
        driver.input_topic<text, text>("in").pipe("k", "v", std::numeric_limits<std::int64_t>::max());
        CHECK(driver.dropped()[drop_reason::processing] == 1);
        CHECK(driver.output_topic<text, bytes>("out").empty());
        return said;
    };
    CHECK(refuse(tumbling{5min}) ==
          "no window reaches 300000 ms past 9223372036854600000 ms since the epoch, since the largest time is "
          "9223372036854775807; the record's time is hardly one in ms: choose another with timestamp_from, where a "
          "negative one drops the record");
    CHECK(refuse(hopping{.size = 5min, .advance = 1min}) != "");
    CHECK(refuse(sliding{1s}) != "");
    CHECK(refuse(session{1s}) != "");
}

TEST_CASE("a repartitioned windowed stream keeps the ends of its windows") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(tumbling{10ms})
        .count()
        .to_stream()
        .repartition()
        .map_values([](const key& of, std::int64_t) { return of.window.end; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v", std::int64_t{25});
    CHECK(driver.output_topic<key, std::int64_t>("out").read_value() == 30);
}
