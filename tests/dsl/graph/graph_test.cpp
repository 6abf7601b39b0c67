#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

using namespace streams;
using names = std::vector<std::string>;

namespace {
const auto keep = [](const std::string&) { return true; };
const auto same = [](const std::string& value) { return value; };
const auto twice = [](const std::string& value) { return std::pair(value, value); };
const auto several = [](const std::string& value) { return std::vector{value}; };
const auto pairs = [](const std::string& value) { return std::vector{std::pair(value, value)}; };
const auto ignore = [](const std::string&) {};
const auto joined_text = [](const std::string& left, const std::string& right) { return left + right; };
const auto joined_maybe = [](const std::string& left, const std::string* right) {
    return right ? left + *right : left;
};
} // namespace

TEST_CASE("stateless operators are numbered in the order of their calls") {
    streams_builder builder;
    auto s = builder.stream<std::string, std::string>("in");
    s = s.filter(keep).filter_not(keep).map_values(same).map(twice).select_key(same);
    s = s.flat_map_values(several).flat_map(pairs).peek(ignore);
    s = s.merge(s);
    s.for_each(ignore);
    s.to("out");
    CHECK(node_names(builder.build()) ==
          names{"KSTREAM-SOURCE-0000000000", "KSTREAM-FILTER-0000000001", "KSTREAM-FILTER-0000000002",
                "KSTREAM-MAPVALUES-0000000003", "KSTREAM-MAP-0000000004", "KSTREAM-KEY-SELECT-0000000005",
                "KSTREAM-FLATMAPVALUES-0000000006", "KSTREAM-FLATMAP-0000000007", "KSTREAM-PEEK-0000000008",
                "KSTREAM-MERGE-0000000009", "KSTREAM-FOREACH-0000000010", "KSTREAM-SINK-0000000011"});
}

TEST_CASE("a name replaces the generated one but takes its number") {
    streams_builder builder;
    builder.stream<std::string, std::string>("in", consumed{.name = "lines"})
        .filter(keep, named{"kept"})
        .map_values(same)
        .to("out", produced{"written"});
    CHECK(node_names(builder.build()) == names{"lines", "kept", "KSTREAM-MAPVALUES-0000000002", "written"});
}

TEST_CASE("a count after group_by takes numbers for store, aggregation and repartition") {
    streams_builder builder;
    builder.stream<std::string, std::string>("lines").flat_map_values(several).group_by(same).count().to_stream().to(
        "out");
    const topology built = builder.build();
    CHECK(node_names(built) ==
          names{"KSTREAM-SOURCE-0000000000", "KSTREAM-FLATMAPVALUES-0000000001", "KSTREAM-KEY-SELECT-0000000002",
                "KSTREAM-FILTER-0000000006", "KSTREAM-SINK-0000000005", "KSTREAM-SOURCE-0000000007",
                "KSTREAM-AGGREGATE-0000000004", "KTABLE-TOSTREAM-0000000008", "KSTREAM-SINK-0000000009"});
    CHECK(store_names(built) == names{"KSTREAM-AGGREGATE-STATE-STORE-0000000003"});
    CHECK(built.is_repartition_topic("KSTREAM-AGGREGATE-STATE-STORE-0000000003-repartition"));
}

TEST_CASE("a count with an unnamed materialized takes one number more, with a named one none for the store") {
    streams_builder unnamed;
    unnamed.stream<std::string, std::string>("in").group_by_key().count(materialized{});
    CHECK(store_names(unnamed.build()) == names{"KSTREAM-AGGREGATE-STATE-STORE-0000000002"});

    streams_builder with_name;
    with_name.stream<std::string, std::string>("in").group_by_key().count(materialized{.name = "counts"});
    const topology built = with_name.build();
    CHECK(store_names(built) == names{"counts"});
    CHECK(node_names(built).back() == "KSTREAM-AGGREGATE-0000000001");
}

TEST_CASE("options may come in any order") {
    streams_builder one, other;
    one.stream<std::string, std::string>("in").group_by_key().count(named{"n"}, materialized{.name = "s"});
    other.stream<std::string, std::string>("in").group_by_key().count(materialized{.name = "s"}, named{"n"});
    CHECK(one.build().describe() == other.build().describe());
    CHECK(node_names(one.build()).back() == "n");
}

TEST_CASE("the repartition nodes of a named topic are named after it") {
    streams_builder builder;
    builder.stream<std::string, std::string>("in").repartition(repartitioned{.name = "spread"}).to("out");
    const topology built = builder.build();
    CHECK(node_names(built) == names{"KSTREAM-SOURCE-0000000000", "spread-repartition-filter",
                                     "spread-repartition-sink", "spread-repartition-source",
                                     "KSTREAM-SINK-0000000004"});
    CHECK(built.is_repartition_topic("spread-repartition"));
}

TEST_CASE("a name that ends in -repartition is not given another ending") {
    streams_builder builder;
    builder.stream<std::string, std::string>("in").repartition(repartitioned{.name = "my-repartition"}).to("out");
    CHECK(builder.build().is_repartition_topic("my-repartition"));
}

TEST_CASE("a table takes a number for its store only where the store has no name") {
    streams_builder builder;
    builder.table<std::string, std::string>("a");
    builder.table<std::string, std::string>("b", materialized{.name = "rows"});
    builder.table<std::string, std::string>("c", consumed{.name = "third"});
    const topology built = builder.build();
    CHECK(node_names(built) == names{"KSTREAM-SOURCE-0000000001", "KTABLE-SOURCE-0000000002",
                                     "KSTREAM-SOURCE-0000000003", "KTABLE-SOURCE-0000000004", "third-source", "third"});
    CHECK(store_names(built) == names{"rows"});
}

TEST_CASE("branches are named after the split, and each takes a number") {
    streams_builder builder;
    auto branches = builder.stream<std::string, std::string>("in")
                        .split(named{"by-"})
                        .branch(keep, branched{.name = "large"})
                        .branch(keep)
                        .default_branch();
    REQUIRE(branches.size() == 3);
    branches.at("by-large").to("large");
    CHECK(branches.contains("by-2"));
    CHECK(branches.contains("by-0"));
    CHECK(node_names(builder.build()) ==
          names{"KSTREAM-SOURCE-0000000000", "by-", "by-large", "by-2", "by-0", "KSTREAM-SINK-0000000005"});
}

TEST_CASE("joins of a stream under its own name share one repartition topic, but each takes its numbers") {
    streams_builder builder;
    auto users = builder.table<std::string, std::string>("users");
    auto clicks = builder.stream<std::string, std::string>("clicks").select_key(same);
    clicks.join(users, joined_text).to("a");
    clicks.left_join(users, joined_maybe).to("b");
    const topology built = builder.build();
    CHECK(built.repartition_topics().size() == 1);
    CHECK(built.is_repartition_topic("KSTREAM-KEY-SELECT-0000000004-repartition"));
    CHECK(built.find_node("KSTREAM-JOIN-0000000008") != nullptr);
    CHECK(built.find_node("KSTREAM-LEFTJOIN-0000000013") != nullptr);
}

TEST_CASE("a named grouping that is aggregated twice shares its repartition topic") {
    streams_builder builder;
    auto group = builder.stream<std::string, std::string>("in").group_by(same, grouped{"words"});
    group.count();
    group.reduce(joined_text);
    const topology built = builder.build();
    CHECK(built.repartition_topics().size() == 1);
    CHECK(built.is_repartition_topic("words-repartition"));
    CHECK(built.find_node("words") != nullptr);
}

TEST_CASE("a table view with an unnamed materialized takes a number and has no store") {
    streams_builder builder;
    static_cast<void>(builder.table<std::string, std::string>("t").filter(keep, materialized{}));
    const topology built = builder.build();
    CHECK(built.find_node("KTABLE-FILTER-0000000004") != nullptr);
    CHECK(built.stores().empty());
}

TEST_CASE("building twice gives the same topology") {
    streams_builder builder;
    auto first = builder.stream<std::string, std::string>("in");
    auto second = builder.stream<std::string, std::string>("in");
    first.to("a");
    second.group_by(same).count().to_stream().to("b");
    const std::string once = builder.build().describe();
    CHECK(builder.build().describe() == once);
}
