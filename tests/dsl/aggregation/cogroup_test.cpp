#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <memory>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;
using number = std::int64_t;
using maybe_text = std::optional<std::string>;

namespace {

const auto added = [](const text& value, text all) { return std::move(all) + "+" + value; };
const auto removed = [](const number& value, text all) { return std::move(all) + "-" + std::to_string(value); };
const auto empty = [] { return text(); };

auto added_and_removed(streams_builder& builder) {
    return builder.stream<text, text>("added").group_by_key().cogroup(added).cogroup(
        builder.stream<text, number>("removed").group_by_key(), removed);
}

test_driver_options without_cache() { return {.config = {.statestore_cache_max_bytes = 0}}; }

} // namespace

TEST_CASE("streams of a cogroup make one aggregate together") {
    streams_builder builder;
    ktable<text, text, rows::permanent> carts =
        added_and_removed(builder).aggregate(empty, materialized{.name = "carts"});
    carts.to_stream().to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("added");
    auto out = driver.input_topic<text, number>("removed");
    in.pipe("k", "a", std::int64_t{10});
    out.pipe("k", 1, std::int64_t{5});
    in.pipe("k", "b", std::int64_t{7});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"+a", "+a-1", "+a-1+b"});
    CHECK(driver.key_value_store<text, text>("carts").get_with_timestamp("k") ==
          value_and_timestamp<text>{"+a-1+b", 10});
}

TEST_CASE("a cogroup can be windowed by time, sliding windows and sessions") {
    streams_builder builder;
    auto both = added_and_removed(builder);
    const auto tumbled = both.windowed_by(tumbling{10ms}).aggregate(empty, materialized{.name = "tumbling"});
    const auto slid = both.windowed_by(sliding{10ms}).aggregate(empty, materialized{.name = "sliding"});
    const auto sessions =
        both.windowed_by(session{10ms})
            .aggregate(empty, [](text a, text b) { return std::move(a) + "|" + b; }, materialized{.name = "sessions"});
    topology_test_driver driver(builder.build(), without_cache());
    driver.input_topic<text, text>("added").pipe("k", "a", std::int64_t{12});
    driver.input_topic<text, number>("removed").pipe("k", 1, std::int64_t{18});
    CHECK(driver.window_store<text, text>("tumbling").get("k", 10ms) == "+a-1");
    CHECK(driver.window_store<text, text>("sliding").get("k", 8ms) == "+a-1");
    CHECK(driver.session_store<text, text>("sessions").get({"k", {12, 18}}) == "|+a-1");
}

TEST_CASE(
    "a stream of a cogroup whose key has changed is repartitioned, and all its inputs need equal partition counts") {
    streams_builder builder;
    builder.stream<text, text>("added")
        .group_by([](const text& value) { return value; })
        .cogroup(added)
        .cogroup(builder.stream<text, number>("removed").group_by_key(), removed)
        .aggregate(empty, materialized{.name = "carts"})
        .to_stream()
        .to("out");
    const topology built = builder.build();
    REQUIRE(built.repartition_topics().size() == 1);
    CHECK(built.repartition_topics()[0].name == "carts-repartition");
    CHECK(built.copartition_groups() == std::vector<std::vector<std::string>>{{"carts-repartition", "removed"}});
    topology_test_driver driver(built, {.partitions = 3});
    driver.input_topic<text, text>("added").pipe("x", "k", std::int64_t{1});
    driver.input_topic<text, number>("removed").pipe("k", 1, std::int64_t{2});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"+k", "+k-1"});
}

TEST_CASE("a cogroup's functor that returns nothing deletes the row") {
    streams_builder builder;
    const auto cleared = [](const number&, text) { return maybe_text(); };
    ktable<text, text, rows::deletable> table =
        builder.stream<text, text>("added")
            .group_by_key()
            .cogroup(added)
            .cogroup(builder.stream<text, number>("removed").group_by_key(), cleared)
            .aggregate(empty);
    table.to_stream().to("out");
    topology_test_driver driver(builder.build(), without_cache());
    driver.input_topic<text, text>("added").pipe("k", "a", std::int64_t{1});
    driver.input_topic<text, number>("removed").pipe("k", 1, std::int64_t{2});
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == std::vector<maybe_text>{"+a", std::nullopt});
}

TEST_CASE(
    "the aggregate's type can be named where the functor is generic, and null reaches functors of optional values") {
    streams_builder builder;
    builder.stream<text, maybe_text>("in")
        .group_by_key()
        .cogroup<text>([](const auto& value, auto all) { return std::move(all) + (value ? *value : "-"); })
        .windowed_by(tumbling{10ms})
        .aggregate(empty, materialized{.name = "windows"})
        .to_stream()
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, maybe_text>("in");
    in.pipe("k", "a", std::int64_t{1});
    in.pipe("k", std::nullopt, std::int64_t{2});
    CHECK(driver.window_store<text, text>("windows").get("k", 0ms) == "a-");
}

TEST_CASE("one grouping cannot be in a cogroup twice") {
    streams_builder builder;
    auto group = builder.stream<text, text>("added").group_by_key();
    auto once = group.cogroup(added);
    CHECK_THROWS_AS(once.cogroup(group, added), topology_error);
}

TEST_CASE("a count window gives one result for every so many records of a key, and begins anew") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .group_by_key()
        .windowed_by(count_window{3})
        .aggregate(empty, added, materialized{.name = "incomplete"})
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const char* value : {"a", "b"}) in.pipe("k", value, std::int64_t{10});
    in.pipe("other", "x", std::int64_t{11});
    CHECK(driver.output_topic<text, text>("out").empty());
    in.pipe("k", "c", std::int64_t{5});
    for (const char* value : {"d", "e", "f", "g"}) in.pipe("k", value, std::int64_t{20});
    const auto out = driver.output_topic<text, text>("out").read_all();
    REQUIRE(out.size() == 2);
    CHECK(out[0].value == "+a+b+c");
    CHECK(out[0].timestamp == 10);
    CHECK(out[1].value == "+d+e+f");
}

TEST_CASE("a count window without size is refused") {
    streams_builder builder;
    CHECK_THROWS_AS((builder.stream<text, text>("in").group_by_key().windowed_by(count_window{0})), topology_error);
}

TEST_CASE("a cogroup and all its functors go with the last handle on it") {
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = held;
    {
        streams_builder builder;
        const auto add = [held](const text& value, text all) { return std::move(all) + value; };
        auto one = builder.stream<text, text>("one").group_by_key();
        auto two = builder.stream<text, text>("two").group_by_key();
        one.cogroup(add).cogroup(two, add).aggregate([] { return text(); }).to_stream().to("out");
        (void)builder.build();
        held.reset();
        CHECK_FALSE(watched.expired());
    }
    CHECK(watched.expired());
}
