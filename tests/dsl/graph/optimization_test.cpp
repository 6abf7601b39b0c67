#include "catch.hpp"
#include "dsl/node_names.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

using namespace streams;
using text = std::string;

namespace {
const auto same = [](const text& value) { return value; };
const auto add = [](const text& l, const text& r) { return l + r; };

topology optimized(const streams_builder& builder, const text& how = "all") {
    streams_config config;
    config.topology_optimization = how;
    return builder.build(config);
}
} // namespace

TEST_CASE("with reuse.ktable.source.topics a table is restored from its own topic") {
    streams_builder builder;
    builder.table<text, text>("in", materialized{.name = "rows"});
    const topology plain = optimized(builder, "none");
    CHECK(plain.find_store("rows")->logging);
    CHECK(plain.find_store("rows")->source_topic.empty());
    const topology reused = optimized(builder, "reuse.ktable.source.topics");
    CHECK_FALSE(reused.find_store("rows")->logging);
    CHECK(reused.find_store("rows")->source_topic == "in");
}

TEST_CASE("with merge.repartition.topics one topic serves all that follow a change of key") {
    streams_builder builder;
    auto moved = builder.stream<text, text>("in").select_key(same);
    moved.group_by_key().count();
    moved.group_by_key().reduce(add);
    CHECK(builder.build().repartition_topics().size() == 2);
    const topology merged = optimized(builder, "merge.repartition.topics");
    REQUIRE(merged.repartition_topics().size() == 1);
    const text topic = "KSTREAM-AGGREGATE-STATE-STORE-0000000002-repartition";
    CHECK(merged.is_repartition_topic(topic));
    CHECK(merged.find_node(topic + "-filter") != nullptr);
    CHECK(merged.find_node(topic + "-sink") != nullptr);
    CHECK(merged.find_node("KSTREAM-AGGREGATE-0000000003")->parents == std::vector<text>{topic + "-source"});
}

TEST_CASE("repartition topics are not merged over a change of value") {
    streams_builder builder;
    auto moved = builder.stream<text, text>("in").select_key(same).map_values(same);
    moved.group_by_key().count();
    moved.group_by_key().reduce(add);
    CHECK(optimized(builder).repartition_topics().size() == 2);
}

TEST_CASE("a repartition that was asked for is never merged away") {
    streams_builder builder;
    auto moved = builder.stream<text, text>("in").select_key(same);
    moved.repartition().to("a");
    moved.group_by_key().count();
    CHECK(optimized(builder).repartition_topics().size() == 2);
}

TEST_CASE("an optimisation that does not exist is refused") {
    streams_builder builder;
    builder.stream<text, text>("in").to("out");
    CHECK_THROWS_AS(optimized(builder, "everything"), config_error);
}
