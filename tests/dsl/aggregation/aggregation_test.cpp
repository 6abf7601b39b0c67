#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using maybe_number = std::optional<std::int64_t>;
using counts = std::vector<std::pair<text, std::int64_t>>;

namespace {
const auto first_letter = [](const text& value) { return value.substr(0, 1); };
} // namespace

TEST_CASE("count counts the records of each key") {
    streams_builder builder;
    builder.stream<text, text>("in").group_by(first_letter).count(materialized{.name = "counts"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* word : {"ab", "ac", "b"}) in.pipe("k", word);
    CHECK(driver.output_topic<text, std::int64_t>("out").read_key_values() == counts{{"a", 1}, {"a", 2}, {"b", 1}});
    CHECK(driver.key_value_store<text, std::int64_t>("counts").get("a") == 2);
}

TEST_CASE("an aggregate carries the largest timestamp of its records") {
    streams_builder builder;
    builder.stream<text, text>("in").group_by_key().count().to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("k", "v", std::int64_t{10});
    in.pipe("k", "v", std::int64_t{5});
    auto out = driver.output_topic<text, std::int64_t>("out");
    CHECK(out.read().timestamp == 10);
    CHECK(out.read().timestamp == 10);
}

TEST_CASE("a grouping drops and counts records without key or value") {
    streams_builder builder;
    builder.stream<maybe_text, maybe_text>("in").group_by_key().count().to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<maybe_text, maybe_text>("in");
    in.pipe(std::nullopt, "v");
    in.pipe("k", std::nullopt);
    in.pipe("k", "v");
    CHECK(driver.output_topic<text, std::int64_t>("out").read_key_values() == counts{{"k", 1}});
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
    CHECK(driver.dropped()[drop_reason::null_value] == 1);
}

TEST_CASE("reduce joins the values of a key in their order") {
    streams_builder builder;
    kstream<text, text> reduced = builder.stream<text, text>("in")
                                      .group_by_key()
                                      .reduce([](text all, const text& value) { return std::move(all) + value; })
                                      .to_stream();
    reduced.to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* value : {"a", "b", "c"}) in.pipe("k", value);
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"a", "ab", "abc"});
}

TEST_CASE("aggregate begins with the initial value") {
    streams_builder builder;
    builder.stream<text, std::int64_t>("in")
        .group_by_key()
        .aggregate([] { return 0.5; }, [](std::int64_t value, double sum) { return sum + static_cast<double>(value); })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, std::int64_t>("in");
    in.pipe("k", 2);
    in.pipe("k", 3);
    CHECK(driver.output_topic<text, double>("out").read_values() == std::vector<double>{2.5, 5.5});
}

TEST_CASE("an aggregator that returns nothing deletes the row, and the key begins anew") {
    streams_builder builder;
    kstream<text, maybe_number> sums =
        builder.stream<text, std::int64_t>("in")
            .group_by_key()
            .aggregate([] { return std::int64_t{100}; },
                       [](const text&, std::int64_t value, std::int64_t sum) -> maybe_number {
                           return value < 0 ? maybe_number() : maybe_number(sum + value);
                       },
                       materialized{.name = "sums"})
            .to_stream();
    sums.to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, std::int64_t>("in");
    for (const std::int64_t value : {1, 2, -1, 5}) in.pipe("k", value);
    CHECK(driver.output_topic<text, maybe_number>("out").read_values() ==
          std::vector<maybe_number>{101, 103, std::nullopt, 105});
    CHECK(driver.key_value_store<text, std::int64_t>("sums").get("k") == 105);
}

TEST_CASE("a cached store forwards the last update of a commit") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .flat_map_values([](const text& line) { return std::vector<text>(3, line); })
        .group_by_key()
        .count()
        .to_stream()
        .to("out");
    const topology built = builder.build();
    const auto written = [&](std::int64_t cache_bytes) {
        topology_test_driver driver(built, {.config = {.statestore_cache_max_bytes = cache_bytes}});
        driver.input_topic<text, text>("in").pipe("k", "v");
        return driver.output_topic<text, std::int64_t>("out").read_values();
    };
    CHECK(written(0) == std::vector<std::int64_t>{1, 2, 3});
    CHECK(written(1'000'000) == std::vector<std::int64_t>{3});
}

TEST_CASE("a retention for a store that forgets nothing is refused") {
    streams_builder builder;
    auto group = builder.stream<text, text>("in").group_by_key();
    CHECK_THROWS_AS(group.count(materialized{.retention = std::chrono::hours(1)}), topology_error);
}
