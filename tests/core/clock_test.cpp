#include "catch.hpp"

#include <streams/core/execution.hpp>

TEST_CASE("the system clock knows the century and does not step back") {
    auto& time = streams::system_clock();
    CHECK(time.wall_ms() > 1'577'836'800'000);
    const auto before = time.steady_ms();
    streams::machine().sleep(std::chrono::milliseconds(2));
    CHECK(time.steady_ms() >= before + 2);
}
