#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;
using key = session_windowed<text>;

namespace {

test_driver_options without_cache() { return {.config = {.statestore_cache_max_bytes = 0}}; }

kgrouped_stream<text, text> grouped_input(streams_builder& builder) {
    return builder.stream<text, text>("in").group_by_key();
}

topology concatenated(const session& windows) {
    streams_builder builder;
    grouped_input(builder)
        .windowed_by(windows)
        .aggregate([] { return text(); }, [](const text& value, text all) { return std::move(all) + value; },
                   [](text a, text b) { return std::move(a) + "|" + b; }, materialized{.name = "sessions"})
        .to_stream()
        .to("out");
    return builder.build();
}

struct update {
    std::int64_t start;
    std::int64_t end;
    maybe_text value;
    friend bool operator==(const update&, const update&) = default;
};
std::vector<update> updates(topology_test_driver& driver) {
    std::vector<update> out;
    for (const auto& r : driver.output_topic<key, maybe_text>("out").read_all()) {
        CHECK(r.timestamp == r.key.window.end);
        out.push_back({r.key.window.start, r.key.window.end, r.value});
    }
    return out;
}

} // namespace

TEST_CASE("a record within the gap extends a session, whose former row is deleted") {
    topology_test_driver driver(concatenated({.gap = 10ms, .grace = 100ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{110});
    in.pipe("k", "c", std::int64_t{121});
    CHECK(updates(driver) ==
          std::vector<update>{{100, 100, "a"}, {100, 100, std::nullopt}, {100, 110, "|ab"}, {121, 121, "c"}});
    CHECK(driver.session_store<text, text>("sessions").all() ==
          std::vector<std::pair<key, text>>{{{"k", {100, 110}}, "|ab"}, {{"k", {121, 121}}, "c"}});
}

TEST_CASE("a record between two sessions joins them") {
    topology_test_driver driver(concatenated({.gap = 10ms, .grace = 100ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{120});
    in.pipe("k", "c", std::int64_t{110});
    CHECK(
        updates(driver) ==
        std::vector<update>{
            {100, 100, "a"}, {120, 120, "b"}, {100, 100, std::nullopt}, {120, 120, std::nullopt}, {100, 120, "|a|bc"}});
}

TEST_CASE("with a cache only the last update of each session of a commit leaves") {
    topology_test_driver driver(concatenated({.gap = 10ms}));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{100});
    CHECK(updates(driver) == std::vector<update>{{100, 100, "a"}, {100, 100, "|ab"}});
}

TEST_CASE("a record of a closed session is dropped as late, one that an open session takes is not") {
    topology_test_driver driver(concatenated({.gap = 10ms, .grace = 5ms}), without_cache());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("other", "b", std::int64_t{110});
    in.pipe("k", "c", std::int64_t{95});
    CHECK(driver.dropped()[drop_reason::late] == 0);
    in.pipe("other", "d", std::int64_t{94});
    CHECK(driver.dropped()[drop_reason::late] == 1);
}

TEST_CASE("count and reduce of sessions merge by themselves") {
    streams_builder builder;
    auto sessions = builder.stream<text, maybe_text>("in").group_by_key().windowed_by(session{10ms, 100ms});
    sessions.count(materialized{.name = "counts"}).to_stream().to("counted");
    sessions
        .reduce([](text all, const maybe_text& value) { return std::move(all) + value.value_or("-"); },
                materialized{.name = "texts"})
        .to_stream()
        .to("reduced");
    topology_test_driver driver(builder.build(), without_cache());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "a", std::int64_t{100});
    in.pipe("k", "b", std::int64_t{120});
    in.pipe("k", std::nullopt, std::int64_t{110});
    CHECK(driver.session_store<text, std::int64_t>("counts").get({"k", {100, 120}}) == 3);
    CHECK(driver.session_store<text, text>("texts").get({"k", {100, 120}}) == "ab-");
}

TEST_CASE("results of sessions carry no headers of the records") {
    topology_test_driver driver(concatenated({.gap = 10ms}), without_cache());
    driver.input_topic<text, text>("in").pipe({"k", "a", 100, headers{{"h", bytes(std::string_view("x"))}}});
    CHECK(driver.output_topic<key, maybe_text>("out").read().headers.empty());
}

TEST_CASE("sessions with a negative gap or grace, or too short a retention, are refused") {
    streams_builder builder;
    auto group = grouped_input(builder);
    CHECK_THROWS_AS(group.windowed_by(session{-1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(session{.gap = 1ms, .grace = -1ms}), topology_error);
    CHECK_THROWS_AS(group.windowed_by(session{.gap = 10ms, .grace = 5ms}).count(materialized{.retention = 14ms}),
                    topology_error);
}

TEST_CASE("a cached session that was absorbed stays so, though its end has long passed") {
    topology_test_driver driver(concatenated({.gap = 10ms, .grace = 5ms}));
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "a", std::int64_t{89});
    in.pipe("other", "z", std::int64_t{110});
    in.pipe("k", "b", std::int64_t{99});
    in.pipe("k", "c", std::int64_t{94});
    const auto out = updates(driver);
    REQUIRE_FALSE(out.empty());
    CHECK(out.back() == update{89, 99, "||abc"});
}
