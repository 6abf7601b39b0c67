#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using values = std::vector<maybe_text>;

namespace {
const auto is_long = [](const text& value) { return value.size() > 1; };
} // namespace

TEST_CASE("a table drops null keys, and a null value deletes the row") {
    streams_builder builder;
    builder.table<text, text>("in", materialized{.name = "rows"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<maybe_text, maybe_text>("in");
    in.pipe(std::nullopt, "v");
    in.pipe("k", "v");
    in.pipe("k", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"v", std::nullopt});
    CHECK_FALSE(driver.key_value_store<text, text>("rows").get("k"));
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
}

TEST_CASE("a table has a store only where it is named or read") {
    streams_builder builder;
    auto unread = builder.table<text, text>("unread");
    unread.to_stream().to("a");
    auto read = builder.table<text, text>("read");
    builder.stream<text, text>("in")
        .join(read.filter(is_long), [](const text& l, const text& r) { return l + r; })
        .to("b");
    const topology built = builder.build();
    REQUIRE(built.stores().size() == 1);
    CHECK(built.stores().front().name == "read-STATE-STORE-0000000005");
}

TEST_CASE("a table filter whose table tells no old values forwards a deletion for every row it rejects") {
    streams_builder builder;
    builder.table<text, text>("in").filter(is_long).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* value : {"a", "ab", "b"}) in.pipe("k", value);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{std::nullopt, "ab", std::nullopt});
}

TEST_CASE("a table filter whose table tells old values keeps needless deletions back") {
    streams_builder builder;
    builder.table<text, text>("in", materialized{.name = "rows"}).filter(is_long).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* value : {"a", "ab", "b", "c"}) in.pipe("k", value);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"ab", std::nullopt});
}

TEST_CASE("a materialised view keeps its own rows") {
    streams_builder builder;
    builder.table<text, text>("in")
        .map_values([](const text& key, const text& value) { return key + value; }, materialized{.name = "mapped"})
        .filter_not(is_long, materialized{.name = "short"})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    driver.input_topic<text, text>("in").pipe("", "x");
    CHECK(driver.key_value_store<text, text>("mapped").map() == std::map<text, text>{{"", "x"}, {"k", "kv"}});
    CHECK(driver.key_value_store<text, text>("short").map() == std::map<text, text>{{"", "x"}});
}

TEST_CASE("a mapper that returns nothing deletes the row, and is not called for deletions") {
    streams_builder builder;
    builder.table<text, text>("in")
        .map_values([](const text& value) { return value == "drop" ? maybe_text() : maybe_text(value + "!"); })
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "v");
    in.pipe("k", "drop");
    in.pipe("k", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"v!", std::nullopt, std::nullopt});
}

TEST_CASE("to_table of a stream without nulls has permanent rows, and repartitions after a key change") {
    streams_builder builder;
    kstream<text, text> out = builder.stream<text, text>("in")
                                  .select_key([](const text& value) { return value.substr(0, 1); })
                                  .to_table(materialized{.name = "latest"})
                                  .to_stream();
    out.to("out");
    const topology built = builder.build();
    CHECK(built.is_repartition_topic("KSTREAM-TOTABLE-0000000002-repartition"));
    topology_test_driver driver(built);
    driver.input_topic<text, text>("in").pipe("k", "abc");
    CHECK(driver.key_value_store<text, text>("latest").get("a") == "abc");
}

TEST_CASE("to_table of a stream with nulls deletes rows") {
    streams_builder builder;
    ktable<text, text, rows::deletable> table =
        builder.stream<maybe_text, maybe_text>("in").to_table(materialized{.name = "latest"});
    table.to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<maybe_text, maybe_text>("in");
    in.pipe("k", "v");
    in.pipe("k", std::nullopt);
    in.pipe(std::nullopt, "v");
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"v", std::nullopt});
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
}

TEST_CASE("a topic read as a table and as a stream is refused") {
    streams_builder builder;
    builder.table<text, text>("in").to_stream().to("a");
    builder.stream<text, text>("in").to("b");
    CHECK_THROWS_AS(builder.build(), topology_error);
}
