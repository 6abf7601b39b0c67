#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;
using values = std::vector<maybe_text>;

namespace {

const materialized left_versions{.name = "left", .history_retention = 1h};
const materialized right_versions{.name = "right", .history_retention = 1h};
const auto both = [](const text& left, const text& right) { return left + "+" + right; };

struct update {
    const char* topic;
    const char* value;
    std::int64_t timestamp;
};

/// What a topology writes to `out`; every record under the key `k`.
values written_by(topology_test_driver& driver, const std::vector<update>& updates) {
    for (const update& each : updates) driver.input_topic<text, text>(each.topic).pipe("k", each.value, each.timestamp);
    return driver.output_topic<text, maybe_text>("out").read_values();
}

} // namespace

TEST_CASE("a join of versioned tables drops updates that are out of order, and counts them") {
    streams_builder builder;
    auto right = builder.table<text, text>("right", right_versions);
    builder.table<text, text>("left", left_versions).join(right, both).to_stream().to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"left", "a", 10}, {"right", "x", 20}, {"left", "old", 5}, {"right", "older", 6}}) ==
          values{"a+x"});
    CHECK(driver.dropped()[drop_reason::stale] == 2);
}

TEST_CASE("only the versioned side of a join drops updates that are out of order") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left", left_versions).join(right, both).to_stream().to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"left", "a", 10}, {"right", "x", 20}, {"left", "old", 5}, {"right", "late", 6}}) ==
          values{"a+x", "a+late"});
}

TEST_CASE("a view passes the versions of its table on, unless it is kept without versions") {
    const auto upper = [](const text& value) { return value + "!"; };
    const std::vector<update> updates{{"right", "x", 20}, {"left", "a", 10}, {"left", "old", 5}};
    streams_builder virtual_view;
    auto right = virtual_view.table<text, text>("right");
    virtual_view.table<text, text>("left", left_versions).map_values(upper).join(right, both).to_stream().to("out");
    topology_test_driver passing(virtual_view.build());
    CHECK(written_by(passing, updates) == values{"a!+x"});

    streams_builder kept_view;
    auto other = kept_view.table<text, text>("right");
    kept_view.table<text, text>("left", left_versions)
        .map_values(upper, materialized{.name = "kept"})
        .join(other, both)
        .to_stream()
        .to("out");
    topology_test_driver ending(kept_view.build());
    CHECK(written_by(ending, updates) == values{"a!+x", "old!+x"});
}

TEST_CASE("a filter of a versioned table tells of rows that are rejected still") {
    streams_builder builder;
    builder.table<text, text>("left", left_versions)
        .filter([](const text& value) { return value.size() > 1; })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"left", "a", 10}, {"left", "b", 20}}) == values{std::nullopt, std::nullopt});
}

TEST_CASE("a grouping of a versioned table ignores updates that are out of order") {
    streams_builder builder;
    builder.table<text, text>("left", left_versions)
        .group_by([](const text& value) { return std::pair(value, value); })
        .reduce([](const text& sum, const text& value) { return sum + value; },
                [](const text& sum, const text& value) { return sum + "-" + value; })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"left", "a", 10}, {"left", "b", 5}}) == values{"a"});
}

TEST_CASE("a foreign-key join of versioned tables ignores updates that are out of order on either side") {
    streams_builder builder;
    auto right = builder.table<text, text>("right", right_versions);
    builder.table<text, text>("left", left_versions)
        .join(
            right, [](const text&) { return text("k"); }, both)
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"right", "x", 10}, {"left", "a", 20}, {"left", "old", 5}, {"right", "older", 6}}) ==
          values{"a+x"});
    CHECK(driver.dropped()[drop_reason::stale] == 2);
}

TEST_CASE("a join that keeps versions is a versioned table, and drops what comes too late for them") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    auto third = builder.table<text, text>("third");
    builder.table<text, text>("left")
        .join(right, both, materialized{.name = "joined", .history_retention = 1min})
        .join(third, both)
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    CHECK(written_by(driver, {{"third", "t", 0},
                              {"right", "x", 0},
                              {"left", "a", 100'000},
                              {"left", "out of order", 99'000},
                              {"left", "too late", 10}}) == values{"a+x+t"});
}
