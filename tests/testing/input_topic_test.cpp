#include "testing/word_lengths.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include "catch.hpp"

using namespace streams;
using namespace std::chrono_literals;
using testing_support::passthrough;

namespace {

using text = std::optional<std::string>;

struct piping {
    topology_test_driver driver{passthrough()};
    output_topic<text, text> out = driver.output_topic<text, text>("out");
};

} // namespace

TEST_CASE("a record is piped at a duration since the epoch, at milliseconds, or at the topic's own time") {
    piping p;
    auto in = p.driver.input_topic<text, text>("in", {.start = 100ms, .auto_advance = 5ms});
    in.pipe("k", "a", 1min);
    in.pipe("k", "b", 42);
    in.pipe("k", "c");
    in.pipe("k", "d");
    in.advance_time(1s);
    in.pipe("k", "e");
    std::vector<std::int64_t> times;
    for (const auto& r : p.out.read_all()) times.push_back(r.timestamp);
    CHECK(times == std::vector<std::int64_t>{60'000, 42, 100, 105, 1110});
}

TEST_CASE("headers and nulls are piped") {
    piping p;
    auto in = p.driver.input_topic<text, text>("in");
    const headers with{{"a", bytes(std::string_view("1"))}, {"a", std::nullopt}};
    in.pipe("k", "v", 1ms, with);
    in.pipe(std::nullopt, std::nullopt, 2ms);
    CHECK(p.out.read().headers == with);
    CHECK(p.out.read() == test_record<text, text>{std::nullopt, std::nullopt, 2});
}

TEST_CASE("records are piped whole, one or many") {
    piping p;
    auto in = p.driver.input_topic<text, text>("in");
    in.pipe({.key = "k", .value = "v", .timestamp = 9});
    in.pipe_all({{"l", "w", 10}, {"m", "x", 11}});
    CHECK(p.out.read_all() == std::vector<test_record<text, text>>{{"k", "v", 9}, {"l", "w", 10}, {"m", "x", 11}});
}

TEST_CASE("piping into a topic that no source reads is an error that names those there are") {
    piping p;
    CHECK_THROWS_WITH((p.driver.input_topic<text, text>("inn")),
                      "topic inn is not read by the topology under test, which reads in; pipe into one of those");
    CHECK_THROWS_AS(p.driver.raw().pipe("out", {}), topology_error);
}

TEST_CASE("piping into a partition that the topic does not have is an error, and the driver goes on") {
    piping p;
    auto in = p.driver.input_topic<text, text>("in");
    CHECK_THROWS_WITH(in.pipe({.key = "k", .partition = 1}),
                      "partition 1 cannot be piped into, because topic in has 1; name one from 0 to 0");
    CHECK_NOTHROW(in.pipe("k", "v", 0ms));
}
