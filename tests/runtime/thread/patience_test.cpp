#include "catch.hpp"

#include "src/runtime/thread/patience.hpp"

#include <streams/core/manual_clock.hpp>

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("patience is over after its limit, and a stop ends its waits before") {
    manual_clock time{1000};
    stop_source stop(time, "a test");
    const patience within(time, stop, 5s);
    within.wait_until(4000);
    CHECK_FALSE(within.over());
    within.wait_until(within.deadline());
    CHECK(within.over());
    CHECK(time.steady_ms() == 6000);
    stop.request_stop();
    CHECK_THROWS_AS(within.wait_until(9000), stopped_error);
    CHECK(time.steady_ms() == 6000);
}

TEST_CASE("the patience at the end counts from the stop, not from when a call begins") {
    manual_clock time{1000};
    stop_source stop(time, "a test");
    CHECK(patience::end_of(stop) == never);
    stop.request_stop();
    time.advance(20s);
    const auto last = patience::at_the_end(time, stop);
    CHECK(last.deadline() == 31'000);
    CHECK_NOTHROW(last.wait_until(25'000));
    CHECK(time.steady_ms() == 25'000);
}
