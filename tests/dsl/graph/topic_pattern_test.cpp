#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;

namespace {

topology reading(const std::string& expression) {
    streams_builder builder;
    builder.stream<text, text>(topic_pattern{expression}).to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a stream reads the topics that match its pattern") {
    topology_test_driver driver(reading("orders-[a-z]+"),
                                {.topics = {"orders-eu", "orders-us", "orders-1", "old-orders-eu", "__orders-x"}});
    driver.input_topic<text, text>("orders-us").pipe("k", "us");
    driver.input_topic<text, text>("orders-eu").pipe("k", "eu");
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"us", "eu"});
    const auto other = [&] { return driver.input_topic<text, text>("old-orders-eu"); };
    CHECK_THROWS_WITH(other(), containing("is not read by the topology"));
}

TEST_CASE("a description shows the pattern, whatever it has found") {
    const auto expected = "Source: KSTREAM-SOURCE-0000000000 (topics: in-.*)\n";
    const topology t = reading("in-.*");
    CHECK_THAT(t.describe(), containing(expected));
    CHECK_THAT(t.with_topics({"in-1"}, "app").describe(), containing(expected));
}

TEST_CASE("a pattern finds no internal topics of the application") {
    const topology found =
        reading("app-.*").with_topics({"app-b", "app-a", "app-s-changelog", "app-g-repartition"}, "app");
    CHECK(found.nodes()[0].topics == std::vector<std::string>{"app-a", "app-b"});
}

TEST_CASE("a pattern that matches nothing is an error that names it") {
    const auto start = [] { topology_test_driver driver(reading("in-.*"), {.topics = {"out"}}); };
    CHECK_THROWS_WITH(start(), containing("pattern in-.* of source KSTREAM-SOURCE-0000000000 matches no topic"));
}

TEST_CASE("a pattern that is no regular expression is an error") {
    CHECK_THROWS_WITH(reading("in-(").with_topics({"in-1"}, "app"), containing("no regular expression"));
}

TEST_CASE("two streams of one pattern share their source, and a topic read by name is no other source's") {
    streams_builder builder;
    builder.stream<text, text>(topic_pattern{"in-.*"}).to("a");
    builder.stream<text, text>(topic_pattern{"in-.*"}).to("b");
    topology_test_driver driver(builder.build(), {.topics = {"in-1"}});
    driver.input_topic<text, text>("in-1").pipe("k", "v");
    CHECK(driver.output_topic<text, text>("a").read().value == "v");
    CHECK(driver.output_topic<text, text>("b").read().value == "v");
    builder.stream<text, text>("in-2").to("c");
    CHECK_THROWS_WITH(builder.build(), containing("in-2") && containing("make the pattern narrower"));
}
