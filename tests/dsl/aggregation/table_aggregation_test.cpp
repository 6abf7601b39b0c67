#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <map>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using number = std::int64_t;

namespace {

/// "region:amount"
const auto by_region = [](const text& value) {
    const std::size_t colon = value.find(':');
    return std::pair(value.substr(0, colon), number{std::stoll(value.substr(colon + 1))});
};
const auto plus = [](number sum, number value) { return sum + value; };
const auto minus = [](number sum, number value) { return sum - value; };

auto grouped_table(streams_builder& builder) { return builder.table<text, text>("in").group_by(by_region); }

} // namespace

TEST_CASE("a grouped table counts the rows of each group, and forgets those that left") {
    streams_builder builder;
    grouped_table(builder).count(materialized{.name = "counts"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "north:1");
    in.pipe("b", "north:1");
    in.pipe("a", "south:1");
    in.pipe("b", std::nullopt);
    CHECK(driver.key_value_store<text, number>("counts").map() == std::map<text, number>{{"north", 0}, {"south", 1}});
}

TEST_CASE("a grouped table subtracts what a row was and adds what it is, under one key in one step") {
    streams_builder builder;
    grouped_table(builder).reduce(plus, minus, materialized{.name = "sums"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "north:5", std::int64_t{10});
    in.pipe("b", "north:7", std::int64_t{5});
    in.pipe("a", "north:6", std::int64_t{7});
    in.pipe("a", "south:6", std::int64_t{20});
    const auto out = driver.output_topic<text, std::optional<number>>("out").read_all();
    std::vector<std::pair<text, number>> seen;
    for (const auto& each : out) seen.emplace_back(each.key, *each.value);
    CHECK(seen ==
          std::vector<std::pair<text, number>>{{"north", 5}, {"north", 12}, {"north", 13}, {"north", 7}, {"south", 6}});
    CHECK(out[1].timestamp == 10);
    CHECK(out[4].timestamp == 20);
}

TEST_CASE("adder and subtractor of an aggregate may take the key, and an empty result deletes the group") {
    streams_builder builder;
    grouped_table(builder)
        .aggregate([] { return text(); },
                   [](const text& key, number value, text all) { return all + key + std::to_string(value); },
                   [](number value, const text& all) {
                       return value == 1 ? maybe_text() : maybe_text(all + "-" + std::to_string(value));
                   },
                   materialized{.name = "texts"})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "n:1");
    in.pipe("b", "n:2");
    CHECK(driver.key_value_store<text, text>("texts").get("n") == "n1n2");
    in.pipe("b", std::nullopt);
    CHECK(driver.key_value_store<text, text>("texts").get("n") == "n1n2-2");
    in.pipe("a", std::nullopt);
    CHECK_FALSE(driver.key_value_store<text, text>("texts").get("n"));
}

TEST_CASE("a row whose pair lacks key or value is in no group") {
    streams_builder builder;
    builder.table<text, text>("in")
        .group_by([](const text& value) {
            return std::pair(value == "no key" ? maybe_text() : maybe_text("g"),
                             value == "no value" ? maybe_text() : maybe_text(value));
        })
        .count(materialized{.name = "counts"})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    for (const auto* value : {"a", "no key", "a", "no value"}) in.pipe("k", value);
    CHECK(driver.output_topic<text, std::optional<number>>("out").read_values() ==
          std::vector<std::optional<number>>{1, 0, 1, 0});
}

TEST_CASE("the updates of a grouped table go through its topic in the bytes of KIP-904") {
    streams_builder builder;
    grouped_table(builder).count(materialized{.name = "counts"}).to_stream().to("out");
    topology_test_driver driver(builder.build(), {.config = {.application_id = "app"}});
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("a", "n:1");
    in.pipe("a", "n:2");
    in.pipe("a", std::nullopt);
    const auto written = driver.output_topic<text, bytes>("app-counts-repartition").read_values();
    const auto eight = [](number value) {
        bytes out;
        append_big_endian(out, value);
        return std::string(out.text());
    };
    REQUIRE(written.size() == 3);
    CHECK(written[0].text() == eight(1) + text(1, '\1'));
    CHECK(written[1].text() == text(1, '\20') + eight(2) + eight(1) + text(1, '\2'));
    CHECK(written[2].text() == eight(2) + text(1, '\0'));
}

TEST_CASE("a named grouping of a table is shared by its aggregations, an unnamed one is not") {
    streams_builder builder;
    auto named_group = builder.table<text, text>("in").group_by(by_region, grouped{"g"});
    named_group.count();
    named_group.reduce(plus, minus, named{"sum"});
    const topology built = builder.build();
    CHECK(node_names(built) == std::vector<text>{"KSTREAM-SOURCE-0000000001", "KTABLE-SOURCE-0000000002", "g",
                                                 "KSTREAM-SINK-0000000005", "KSTREAM-SOURCE-0000000006",
                                                 "KTABLE-AGGREGATE-0000000007", "sum"});
    CHECK(store_names(built) == std::vector<text>{"in-STATE-STORE-0000000000",
                                                  "KTABLE-AGGREGATE-STATE-STORE-0000000004",
                                                  "KTABLE-AGGREGATE-STATE-STORE-0000000008"});
    CHECK(built.is_repartition_topic("g-repartition"));

    streams_builder other;
    auto unnamed = other.table<text, text>("in").group_by(by_region);
    unnamed.count();
    unnamed.count();
    CHECK(other.build().repartition_topics().size() == 2);
}

TEST_CASE("several partitions group the rows of a table as one does") {
    const auto counts = [](std::int32_t partitions) {
        streams_builder builder;
        grouped_table(builder).count(materialized{.name = "counts"}).to_stream().to("out");
        topology_test_driver driver(builder.build(), {.partitions = partitions});
        auto in = driver.input_topic<text, maybe_text>("in");
        for (int at = 0; at < 200; ++at) {
            const text key = "k" + std::to_string(at % 37);
            if (at % 11 == 0)
                in.pipe(key, std::nullopt);
            else
                in.pipe(key, "g" + std::to_string(at % 7) + ":1");
        }
        return driver.key_value_store<text, number>("counts").map();
    };
    CHECK(counts(4) == counts(1));
}
