#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using namespace std::chrono_literals;
using text = std::string;

namespace {
const auto keep = [](const text&) { return true; };
const auto same = [](const text& value) { return value; };
const auto too_long = containing("and a topology may chain at most 1000 nodes between two topics");
} // namespace

TEST_CASE("a record passes the longest chain of operators") {
    streams_builder builder;
    auto stream = builder.stream<text, text>("in");
    for (std::size_t at = 2; at < longest_chain; ++at)
        stream = at % 2 == 0 ? stream.filter(keep) : stream.map_values(same);
    stream.to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe("k", "v");
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"v"});
}

TEST_CASE("a longer chain of operators is refused when it is written") {
    streams_builder builder;
    auto stream = builder.stream<text, text>("in");
    const auto grow = [&] {
        for (std::size_t at = 0; at < 100 * longest_chain; ++at) stream = stream.filter(keep);
    };
    CHECK_THROWS_WITH(grow(), too_long);
}

TEST_CASE("a longer chain of tables is refused when it is written") {
    streams_builder builder;
    auto table = builder.table<text, text>("in");
    const auto grow = [&] {
        for (std::size_t at = 0; at < 100 * longest_chain; ++at)
            table = table.filter([](const text&, const text&) { return true; });
    };
    CHECK_THROWS_WITH(grow(), too_long);
}

TEST_CASE("a join looks rows up through the longest chain of tables") {
    streams_builder builder;
    auto table = builder.table<text, text>("rows");
    for (std::size_t at = 3; at < longest_chain; ++at) table = table.map_values(same);
    builder.stream<text, text>("in")
        .join(table, [](const text& left, const text& right) { return left + right; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("rows").pipe("k", "row");
    driver.input_topic<text, text>("in").pipe("k", "v");
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"vrow"});
}

TEST_CASE("behind a repartition a chain begins anew") {
    streams_builder builder;
    auto stream = builder.stream<text, text>("in");
    for (int part = 0; part < 3; ++part) {
        for (std::size_t at = 0; at < longest_chain - 10; ++at) stream = stream.filter(keep);
        stream = stream.repartition();
    }
    stream.to("out");
    CHECK(builder.build().sub_topologies().size() == 4);
}

TEST_CASE("a stream that branches and merges a hundred times is built, optimized or not") {
    const text optimization = GENERATE("none", "all");
    streams_builder builder;
    auto stream = builder.stream<text, text>("in").select_key(same);
    for (int step = 0; step < 100; ++step) stream = stream.filter(keep).merge(stream.filter_not(keep));
    stream.repartition()
        .group_by_key()
        .windowed_by(tumbling{1min})
        .count()
        .suppress(until_window_closes{})
        .to_stream()
        .to("out");
    streams_config config;
    config.topology_optimization = optimization;
    const topology built = builder.build(config);
    CHECK(built.sub_topologies().size() == 2);
    CHECK_THAT(built.describe(), containing("KSTREAM-MERGE-"));
}
