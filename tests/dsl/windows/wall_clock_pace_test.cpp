#include "catch.hpp"

#include <streams/dsl/detail/windows/wall_clock_pace.hpp>

using streams::detail::wall_clock_pace;

TEST_CASE("what has a pace is due once in an interval of the wall clock") {
    wall_clock_pace pace;
    CHECK(pace.due(5'000, 1'000));
    CHECK_FALSE(pace.due(5'999, 1'000));
    CHECK(pace.due(6'000, 1'000));
    CHECK(pace.due(6'000, 0));
    CHECK(pace.due(6'000, 0));
}

TEST_CASE("what has a pace waits for no more than an interval where the wall clock is set back") {
    wall_clock_pace pace;
    CHECK(pace.due(5'000'000, 1'000));
    CHECK_FALSE(pace.due(4'999'999 + 1, 1'000));
    CHECK(pace.due(4'999'999, 1'000));
    CHECK_FALSE(pace.due(4'999'999, 1'000));
    CHECK(pace.due(1'000, 0));
}
