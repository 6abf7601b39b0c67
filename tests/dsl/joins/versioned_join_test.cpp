#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using maybe_text = std::optional<std::string>;
using joined_records = std::vector<test_record<text, text>>;

namespace {

constexpr auto both = [](const text& value, const text& row) { return value + "@" + row; };

topology priced(const joined& options, std::chrono::milliseconds history = 100ms) {
    streams_builder builder;
    auto prices = builder.table<text, text>("prices", materialized{.name = "prices", .history_retention = history});
    builder.stream<text, text>("sales").join(prices, both, options).to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a versioned table is joined as it was at the time of the record") {
    topology_test_driver driver(priced({}));
    auto price = driver.input_topic<text, maybe_text>("prices");
    price.pipe("k", "10", std::int64_t{10});
    price.pipe("k", "20", std::int64_t{20});
    price.pipe("k", std::nullopt, std::int64_t{30});
    price.pipe("k", "15", std::int64_t{15});
    auto sale = driver.input_topic<text, text>("sales");
    for (const std::int64_t at : {9, 10, 16, 25, 30}) sale.pipe("k", std::to_string(at), at);
    CHECK(driver.output_topic<text, text>("out").read_all() ==
          joined_records{{"k", "10@10", 10}, {"k", "16@15", 16}, {"k", "25@20", 25}});
}

TEST_CASE("a view of a versioned table has its versions") {
    streams_builder builder;
    auto prices =
        builder.table<text, text>("prices", materialized{.history_retention = 100ms}).map_values([](const text& price) {
            return price + "!";
        });
    builder.stream<text, text>("sales").join(prices, both).to("out");
    topology_test_driver driver(builder.build());
    auto price = driver.input_topic<text, text>("prices");
    price.pipe("k", "10", std::int64_t{10});
    price.pipe("k", "20", std::int64_t{20});
    driver.input_topic<text, text>("sales").pipe("k", "s", std::int64_t{15});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"s@10!"});
}

TEST_CASE("with grace a record waits for late updates of the table, and leaves in order of time") {
    topology_test_driver driver(priced({.grace = 10ms}));
    auto price = driver.input_topic<text, text>("prices");
    auto sale = driver.input_topic<text, text>("sales");
    price.pipe("k", "old", std::int64_t{0});
    sale.pipe("k", "b", std::int64_t{22});
    sale.pipe("k", "a", std::int64_t{21});
    CHECK(driver.output_topic<text, text>("out").empty());
    price.pipe("k", "new", std::int64_t{22});
    sale.pipe("k", "c", std::int64_t{32});
    CHECK(driver.output_topic<text, text>("out").read_all() == joined_records{{"k", "a@old", 21}, {"k", "b@new", 22}});
    sale.pipe("k", "too late to wait", std::int64_t{21});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"too late to wait@old"});
}

TEST_CASE("a record that waited leaves with its own headers") {
    topology_test_driver driver(priced({.grace = 10ms}));
    driver.input_topic<text, text>("prices").pipe("k", "1", std::int64_t{0});
    auto sale = driver.input_topic<text, text>("sales");
    const headers own{{"trace", bytes(std::string_view("7"))}, {"none", std::nullopt}};
    sale.pipe(test_record<text, text>{"k", "a", 5, own});
    sale.pipe("k", "b", std::int64_t{15});
    const auto out = driver.output_topic<text, text>("out").read_all();
    REQUIRE(out.size() == 1);
    CHECK(out[0].headers == own);
}

TEST_CASE("a left join with grace joins a record without a key at once") {
    streams_builder builder;
    auto prices = builder.table<text, text>("prices", materialized{.history_retention = 100ms});
    builder.stream<maybe_text, text>("sales")
        .left_join(
            prices, [](const text& value, const text* row) { return value + (row ? *row : "-"); },
            joined{.grace = 10ms})
        .to("out");
    topology_test_driver driver(builder.build());
    auto sale = driver.input_topic<maybe_text, text>("sales");
    sale.pipe(std::nullopt, "a", std::int64_t{0});
    sale.pipe("k", "b", std::int64_t{0});
    CHECK(driver.output_topic<maybe_text, text>("out").read_values() == std::vector<text>{"a-"});
}

TEST_CASE("grace is refused where the table keeps no versions, or not for so long") {
    CHECK_THROWS_WITH(priced({.grace = -1ms}), containing("zero or more"));
    CHECK_THROWS_WITH(priced({.grace = 101ms}), containing("history retention of at least"));
    streams_builder builder;
    auto users = builder.table<text, text>("users");
    auto clicks = builder.stream<text, text>("clicks");
    CHECK_THROWS_WITH(clicks.join(users, both, joined{.grace = 1ms}), containing("history_retention"));
}

TEST_CASE("an update out of order is passed on as one, and one older than the history is not") {
    streams_builder builder;
    builder.table<text, text>("prices", materialized{.history_retention = 10ms}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto price = driver.input_topic<text, text>("prices");
    price.pipe("k", "20", std::int64_t{20});
    price.pipe("k", "15", std::int64_t{15});
    price.pipe("k", "9", std::int64_t{9});
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == std::vector<maybe_text>{"20", "15"});
}

TEST_CASE("a view without a name but with a history keeps its versions in a store of its own") {
    streams_builder builder;
    auto prices = builder.table<text, text>("prices").map_values([](const text& price) { return price + "!"; },
                                                                 materialized{.history_retention = 100ms});
    builder.stream<text, text>("sales").join(prices, both).to("out");
    topology_test_driver driver(builder.build());
    auto price = driver.input_topic<text, text>("prices");
    price.pipe("k", "10", std::int64_t{10});
    price.pipe("k", "20", std::int64_t{20});
    driver.input_topic<text, text>("sales").pipe("k", "s", std::int64_t{15});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"s@10!"});
}

TEST_CASE("a join that waits shows its buffer before the table's store where Java's hash table puts them together") {
    streams_builder builder;
    auto prices = builder.table<text, text>("prices", materialized{.name = "ver6", .history_retention = 100ms});
    builder.stream<text, text>("sales").join(prices, both, joined{.name = "join9", .grace = 10ms}).to("out");
    CHECK_THAT(builder.build().describe(), containing("Processor: join9 (stores: [join9-Buffer, ver6])"));
}
