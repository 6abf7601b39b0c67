#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using texts = std::vector<std::pair<text, text>>;

TEST_CASE("functors are called with the value, or with key and value") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.map_values([](const text& value) { return value + "!"; }).to("by-value");
    in.map_values([](const text& key, const text& value) { return key + value; }).to("by-both");
    in.filter([](const auto& key, const auto&) { return key == "b"; }).to("filtered");
    topology_test_driver driver(builder.build());
    auto source = driver.input_topic<text, text>("in");
    source.pipe("a", "1");
    source.pipe("b", "2");
    CHECK(driver.output_topic<text, text>("by-value").read_values() == std::vector<text>{"1!", "2!"});
    CHECK(driver.output_topic<text, text>("by-both").read_values() == std::vector<text>{"a1", "b2"});
    CHECK(driver.output_topic<text, text>("filtered").read_key_values() == texts{{"b", "2"}});
}

namespace {
struct payment {
    text card;
    std::int64_t cents;
};
} // namespace
template <>
struct streams::serde<payment> {
    static void serialize(const payment& p, bytes& out) {
        serde<std::int64_t>::serialize(p.cents, out);
        out.append(std::string_view(p.card));
    }
    static payment deserialize(bytes_view in) {
        return {text(in.subview(8).text()), serde<std::int64_t>::deserialize(in.subview(0, 8))};
    }
};

TEST_CASE("a pointer to a member is a functor") {
    streams_builder builder;
    builder.stream<text, payment>("in").select_key(&payment::card).map_values(&payment::cents).to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, payment>("in").pipe("x", {"card-1", 250});
    CHECK(driver.output_topic<text, std::int64_t>("out").read_key_values() ==
          std::vector<std::pair<text, std::int64_t>>{{"card-1", 250}});
}

TEST_CASE("mappers replace key, value or both, and keep timestamp and headers") {
    streams_builder builder;
    auto in = builder.stream<text, text>("in");
    in.map([](const text& key, const text& value) { return std::pair(value, key); }).to("swapped");
    in.select_key([](const text& value) { return value; }).to("selected");
    in.flat_map_values([](const text& value) { return std::vector<char>(value.begin(), value.end()); })
        .map_values([](char c) { return text(1, c); })
        .to("letters");
    in.flat_map([](const text& key, const text& value) {
          return std::vector<std::pair<text, text>>{{key, value}, {value, key}};
      }).to("both");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe({"k", "vw", 42, {{"trace", bytes(std::string_view("t"))}}});
    const auto swapped = driver.output_topic<text, text>("swapped").read();
    CHECK(swapped == test_record<text, text>{"vw", "k", 42, {{"trace", bytes(std::string_view("t"))}}});
    CHECK(driver.output_topic<text, text>("selected").read_key_values() == texts{{"vw", "vw"}});
    CHECK(driver.output_topic<text, text>("letters").read_key_values() == texts{{"k", "v"}, {"k", "w"}});
    CHECK(driver.output_topic<text, text>("both").read_key_values() == texts{{"k", "vw"}, {"vw", "k"}});
}

TEST_CASE("nulls pass where the types admit them") {
    streams_builder builder;
    builder.stream<maybe_text, maybe_text>("in")
        .map_values([](const maybe_text& value) { return value ? maybe_text(*value + "!") : maybe_text(); })
        .to("out");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<maybe_text, maybe_text>("in");
    in.pipe(std::nullopt, "a");
    in.pipe("k", std::nullopt);
    CHECK(driver.output_topic<maybe_text, maybe_text>("out").read_key_values() ==
          std::vector<std::pair<maybe_text, maybe_text>>{{std::nullopt, "a!"}, {"k", std::nullopt}});
}

TEST_CASE("a null where the type admits none stops the topology, unless it is to be dropped") {
    streams_builder strict;
    strict.stream<text, text>("in").to("out");
    topology_test_driver stopped(strict.build());
    CHECK_THROWS(stopped.input_topic<text, maybe_text>("in").pipe("k", std::nullopt));

    streams_builder lenient;
    lenient.stream<text, text>("in", consumed{.on_null = on_null::drop}).to("out");
    topology_test_driver driver(lenient.build());
    auto in = driver.input_topic<maybe_text, maybe_text>("in");
    in.pipe("k", std::nullopt);
    in.pipe(std::nullopt, "v");
    in.pipe("k", "v");
    CHECK(driver.output_topic<text, text>("out").read_key_values() == texts{{"k", "v"}});
    CHECK(driver.dropped()[drop_reason::null_value] == 1);
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
}

TEST_CASE("merge passes the records of both streams, and widens what may be null") {
    streams_builder builder;
    auto strict = builder.stream<text, text>("a");
    auto lenient = builder.stream<text, maybe_text>("b");
    kstream<text, maybe_text> merged = strict.merge(lenient);
    merged.to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("a").pipe("1", "x");
    driver.input_topic<text, maybe_text>("b").pipe("2", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_key_values() ==
          std::vector<std::pair<text, maybe_text>>{{"1", "x"}, {"2", std::nullopt}});
}

TEST_CASE("split sends each record to the first branch that takes it") {
    streams_builder builder;
    auto branches = builder.stream<text, text>("in")
                        .split(named{"s-"})
                        .branch([](const text& value) { return value.starts_with("a"); }, branched{.name = "a"})
                        .branch([](const text& value) { return value.size() > 1; },
                                [](const kstream<text, text>& longer) { longer.to("longer"); })
                        .default_branch(branched{.name = "rest"});
    CHECK(branches.size() == 2);
    branches.at("s-a").to("a");
    branches.at("s-rest").to("rest");
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    for (const auto* value : {"ab", "bc", "c"}) in.pipe("k", value);
    CHECK(driver.output_topic<text, text>("a").read_values() == std::vector<text>{"ab"});
    CHECK(driver.output_topic<text, text>("longer").read_values() == std::vector<text>{"bc"});
    CHECK(driver.output_topic<text, text>("rest").read_values() == std::vector<text>{"c"});
}

TEST_CASE("a functor of the record can choose the topic") {
    streams_builder builder;
    builder.stream<text, text>("in").to([](const text& key, const text&) { return "to-" + key; });
    topology_test_driver driver(builder.build());
    auto in = driver.input_topic<text, text>("in");
    in.pipe("a", "1");
    in.pipe("b", "2");
    CHECK(driver.produced_topics() == std::vector<text>{"to-a", "to-b"});
}

TEST_CASE("two streams of the same topic share one source") {
    streams_builder builder;
    builder.stream<text, text>("in").to("a");
    builder.stream<text, text>("in").to("b");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    CHECK(driver.output_topic<text, text>("a").size() == 1);
    CHECK(driver.output_topic<text, text>("b").size() == 1);
}

TEST_CASE("a merge names the source of a topic that was read before behind its other parents") {
    streams_builder builder;
    builder.stream<text, text>("first").to("a");
    auto again = builder.stream<text, text>("first");
    again.merge(builder.stream<text, text>("second")).to("b");
    CHECK_THAT(builder.build().describe(), containing("<-- KSTREAM-SOURCE-0000000003, KSTREAM-SOURCE-0000000000"));
}

TEST_CASE("a topic that is read as two types is refused") {
    streams_builder builder;
    builder.stream<text, text>("in").to("a");
    builder.stream<text, std::int64_t>("in").to("b");
    CHECK_THROWS_WITH(builder.build(),
                      containing("topic in is read by the sources") && containing("as different types"));
}

TEST_CASE("per_task gives each task a functor of its own, which may change") {
    streams_builder builder;
    builder.stream<text, text>("in")
        .map_values(per_task([] { return [n = 0](const text& value) mutable { return value + std::to_string(++n); }; }))
        .to("out");
    const topology built = builder.build();
    for (int run = 0; run < 2; ++run) {
        topology_test_driver driver(built);
        auto in = driver.input_topic<text, text>("in");
        in.pipe("k", "v");
        in.pipe("k", "v");
        CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"v1", "v2"});
    }
}

TEST_CASE("a functor may be move-only") {
    streams_builder builder;
    auto suffix = std::make_unique<text>("!");
    builder.stream<text, text>("in")
        .map_values([suffix = std::move(suffix)](const text& value) { return value + *suffix; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    CHECK(driver.output_topic<text, text>("out").read_value() == "v!");
}

TEST_CASE("a repartition drops null keys, unless a left join is downstream") {
    const auto run = [](bool joined) {
        streams_builder builder;
        auto users = builder.table<text, text>("users");
        auto moved = builder.stream<maybe_text, text>("in").repartition(repartitioned{.name = "moved"});
        if (joined)
            moved.left_join(users, [](const text& v, const text* row) { return row ? *row : v; }).to("out");
        else
            moved.to("out");
        topology_test_driver driver(builder.build());
        driver.input_topic<maybe_text, text>("in").pipe(std::nullopt, "v");
        return std::pair(driver.output_topic<maybe_text, text>("out").size(), driver.dropped()[drop_reason::null_key]);
    };
    CHECK(run(false) == std::pair<std::size_t, std::uint64_t>{0, 1});
    CHECK(run(true) == std::pair<std::size_t, std::uint64_t>{1, 0});
}
