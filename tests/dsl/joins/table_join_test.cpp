#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using values = std::vector<maybe_text>;

namespace {

const auto both = [](const text& left, const text& right) { return left + "+" + right; };
const auto with_left = [](const text& left, const text* right) { return left + "+" + (right ? *right : "-"); };
const auto with_either = [](const text* left, const text* right) {
    return (left ? *left : "-") + "+" + (right ? *right : "-");
};

struct update {
    const char* topic;
    maybe_text value;
    std::int64_t timestamp;
};

std::vector<test_record<text, maybe_text>> joined_by(topology of, const std::vector<update>& updates) {
    topology_test_driver driver(std::move(of));
    for (const update& each : updates)
        driver.input_topic<text, maybe_text>(each.topic).pipe("k", each.value, each.timestamp);
    return driver.output_topic<text, maybe_text>("out").read_all();
}

values values_of(const std::vector<test_record<text, maybe_text>>& records) {
    values out;
    for (const auto& each : records) out.push_back(each.value);
    return out;
}

const std::vector<update> updates{{"left", "a", 5},
                                  {"right", "x", 3},
                                  {"left", "b", 1},
                                  {"right", "y", 8},
                                  {"left", std::nullopt, 9},
                                  {"right", "z", 10},
                                  {"right", std::nullopt, 11},
                                  {"left", std::nullopt, 12}};

} // namespace

TEST_CASE("an inner join of tables has a row where both have, with the larger timestamp") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left").join(right, both).to_stream().to("out");
    const auto out = joined_by(builder.build(), updates);
    CHECK(values_of(out) == values{"a+x", "b+x", "b+y", std::nullopt});
    REQUIRE(out.size() == 4);
    CHECK(out[0].timestamp == 5);
    CHECK(out[1].timestamp == 3);
    CHECK(out[3].timestamp == 9);
}

TEST_CASE("a left join of tables keeps the rows of the left one, and ignores deletions of what was not there") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left").left_join(right, with_left).to_stream().to("out");
    CHECK(values_of(joined_by(builder.build(), updates)) == values{"a+-", "a+x", "b+x", "b+y", std::nullopt});
}

TEST_CASE("an outer join of tables has a row where either has") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left").outer_join(right, with_either).to_stream().to("out");
    CHECK(values_of(joined_by(builder.build(), updates)) ==
          values{"a+-", "a+x", "b+x", "b+y", "-+y", "-+z", std::nullopt});
}

TEST_CASE("the joiner of tables may take the key, and an empty result is no row") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left")
        .join(right, [](const text& key, const text& l,
                        const text& r) { return l == "b" ? maybe_text() : maybe_text(key + l + r); })
        .to_stream()
        .to("out");
    CHECK(values_of(joined_by(builder.build(), {{"left", "a", 0}, {"right", "x", 0}, {"left", "b", 0}})) ==
          values{"kax", std::nullopt});
}

TEST_CASE("a join of joins reads the rows of the inner join where it keeps none") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    auto third = builder.table<text, text>("third");
    builder.table<text, text>("left").left_join(right, with_left).join(third, both).to_stream().to("out");
    const auto out = joined_by(builder.build(), {{"left", "a", 7}, {"right", "x", 3}, {"third", "t", 1}});
    CHECK(values_of(out) == values{"a+x+t"});
    CHECK(out.at(0).timestamp == 7);
}

TEST_CASE("a join of tables is kept in a store where it is materialised") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left").join(right, both, materialized{.name = "joined"}).to_stream().to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("left").pipe("k", "a");
    driver.input_topic<text, text>("right").pipe("k", "x");
    CHECK(driver.key_value_store<text, text>("joined").get("k") == "a+x");
}

TEST_CASE("the joined value of a join that keeps nothing needs no serde") {
    struct pair_of_texts {
        text left;
        text right;
    };
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left")
        .join(right, [](const text& l, const text& r) { return pair_of_texts{l, r}; })
        .to_stream()
        .map_values([](const std::optional<pair_of_texts>& row) {
            return row ? maybe_text(row->left + row->right) : maybe_text();
        })
        .to("out");
    CHECK(values_of(joined_by(builder.build(), {{"left", "a", 0}, {"right", "x", 0}})) == values{"ax"});
}

TEST_CASE("a filter of a join keeps needless deletions back") {
    streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left")
        .join(right, both)
        .filter([](const text& value) { return value == "b+x"; })
        .to_stream()
        .to("out");
    CHECK(values_of(
              joined_by(builder.build(), {{"left", "a", 0}, {"right", "x", 0}, {"left", "b", 0}, {"left", "c", 0}})) ==
          values{"b+x", std::nullopt});
}

TEST_CASE("a table joined with itself is refused, with a remedy, unless its rows refer to each other") {
    streams_builder builder;
    const auto staff = builder.table<text, text>("staff");
    CHECK_THROWS_WITH(staff.join(staff, both), containing("KTABLE-SOURCE-0000000002 is joined with itself") &&
                                                   containing("use map_values, or a join with an extractor"));
    const auto manager_of = [](const text& employee) { return employee.substr(0, 1); };
    CHECK_NOTHROW(staff.join(staff, manager_of, both));
    CHECK_NOTHROW(staff.join(staff.filter([](const text& employee) { return !employee.empty(); }), both));
}

TEST_CASE("a topic read as a table twice is refused, with a remedy") {
    streams_builder builder;
    auto one = builder.table<text, text>("left");
    one.join(builder.table<text, text>("left"), both).to_stream().to("out");
    CHECK_THROWS_WITH(builder.build(), containing("read it once"));
}

TEST_CASE("the nodes of a table join are named and numbered as in Kafka Streams") {
    streams_builder builder;
    auto left = builder.table<text, text>("left");
    auto right = builder.table<text, text>("right");
    (void)left.join(right, both, named{"n"});
    (void)left.join(right, both, materialized{});
    const topology built = builder.build();
    const std::vector<text> expected{"KSTREAM-SOURCE-0000000001",
                                     "KTABLE-SOURCE-0000000002",
                                     "KSTREAM-SOURCE-0000000004",
                                     "KTABLE-SOURCE-0000000005",
                                     "n-join-this",
                                     "n-join-other",
                                     "n",
                                     "KTABLE-JOINTHIS-0000000011",
                                     "KTABLE-JOINOTHER-0000000012",
                                     "KTABLE-MERGE-0000000010"};
    CHECK(node_names(built) == expected);
    CHECK(store_names(built) == std::vector<text>{"left-STATE-STORE-0000000000", "right-STATE-STORE-0000000003",
                                                  "KTABLE-MERGE-STATE-STORE-0000000009"});
    CHECK(built.copartition_groups().front() == std::vector<text>{"left", "right"});
}
