#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace std::chrono_literals;

namespace {

streams::topology throttled(const streams::rate& limit) {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in").throttle(limit).to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a throttled stream lets records through no faster than its rate, and loses none") {
    streams::topology_test_driver driver{throttled({1, 1s})};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    for (const auto* value : {"a", "b", "c"}) in.pipe("k", value);
    CHECK(out.read_values() == std::vector<std::string>{"a"});
    driver.advance_wall_clock(999ms);
    CHECK(out.empty());
    driver.advance_wall_clock(1ms);
    CHECK(out.read_values() == std::vector<std::string>{"b"});
    driver.advance_wall_clock(1min);
    CHECK(out.read_values() == std::vector<std::string>{"c"});
}

TEST_CASE("over a longer time a throttled stream keeps its rate") {
    streams::topology_test_driver driver{throttled({1'000, 1s})};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    for (int i = 0; i < 5'000; ++i) in.pipe("k", "v");
    for (int i = 0; i < 200; ++i) driver.advance_wall_clock(10ms);
    CHECK(out.size() >= 2'000);
    CHECK(out.size() <= 2'100);
}

TEST_CASE("a clock that is set back does not stop a throttled stream for long") {
    streams::topology_test_driver driver{throttled({10, 1s}), {.wall_clock = 24h}};
    auto in = driver.input_topic<std::string, std::string>("in");
    auto out = driver.output_topic<std::string, std::string>("out");
    in.pipe("k", "a");
    driver.advance_wall_clock(-1h);
    in.pipe("k", "b");
    driver.advance_wall_clock(2h);
    CHECK(out.size() == 2);
}

TEST_CASE("a rate that lets nothing through is refused") {
    streams::streams_builder builder;
    const auto in = builder.stream<std::string, std::string>("in");
    CHECK_THROWS_WITH(in.throttle({0, 1s}), containing("above zero"));
    CHECK_THROWS_WITH(in.throttle({1, 0s}), containing("above zero"));
}
