#include "catch.hpp"

#include <streams/core/clock.hpp>

using namespace std::chrono_literals;

TEST_CASE("a manual clock moves only when told to") {
    streams::manual_clock time{1000};
    CHECK(time.wall_ms() == 1000);
    time.advance(5s);
    CHECK(time.wall_ms() == 6000);
    time.sleep(1ms);
    CHECK(time.steady_ms() == 6001);
}

TEST_CASE("the system clock knows the century and does not step back") {
    auto& time = streams::system_clock();
    CHECK(time.wall_ms() > 1'577'836'800'000);
    const auto before = time.steady_ms();
    time.sleep(2ms);
    CHECK(time.steady_ms() >= before + 2);
}
