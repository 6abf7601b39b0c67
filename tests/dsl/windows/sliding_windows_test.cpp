#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using key = windowed<text>;

namespace {

topology collected(const sliding& windows) {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(windows)
        .aggregate([] { return text(); }, [](const text& value, text all) { return std::move(all) + value; },
                   materialized{.name = "windows"})
        .to_stream()
        .to("out");
    return builder.build();
}

using updates = std::vector<std::pair<std::int64_t, text>>;
updates updated(topology_test_driver& driver) {
    updates out;
    for (const auto& r : driver.output_topic<key, text>("out").read_all())
        out.emplace_back(r.key.window.start, r.value);
    return out;
}

test_driver_options without_cache() { return {.config = {.statestore_cache_max_bytes = 0}}; }

} // namespace

TEST_CASE("a record makes the window that ends with it, and the one after the record before") {
    topology_test_driver driver(collected({.difference = 10ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{105});
    CHECK(updated(driver) == updates{{90, "a"}, {101, "b"}, {95, "ab"}});
}

TEST_CASE("a record out of order updates the windows around it, and its right window copies what follows") {
    topology_test_driver driver(collected({.difference = 10ms, .grace = 50ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{95});
    CHECK(updated(driver) == updates{{90, "a"}, {90, "ab"}, {85, "b"}, {96, "a"}});
}

TEST_CASE("records before the first difference share a window from the epoch on") {
    topology_test_driver driver(collected({.difference = 10ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{2});
    in.pipe("k", "b", std::int64_t{5});
    CHECK(updated(driver) == updates{{0, "a"}, {3, "b"}, {0, "ab"}});
}

TEST_CASE("a record whose every window has closed is dropped as late") {
    topology_test_driver driver(collected({.difference = 10ms, .grace = 5ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{85});
    CHECK(driver.dropped()[drop_reason::late] == 1); // its left window, of those it belongs to
    in.pipe("k", "c", std::int64_t{84});
    CHECK(driver.dropped()[drop_reason::late] == 2);
}

TEST_CASE("sliding windows with a negative difference or grace are refused") {
    streams_builder builder;
    auto group = builder.stream<text, text>("in").group_by_key();
    CHECK_THROWS_AS(group.windowed_by(sliding{-1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(sliding{.difference = 1ms, .grace = -1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(sliding{.difference = 10ms, .grace = 5ms}).count(materialized{.retention = 24ms}),
                    topology_error);
}
