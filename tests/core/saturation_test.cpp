#include "catch.hpp"

#include <streams/core/saturation.hpp>

#include <limits>

using streams::detail::add_sat;
using streams::detail::exceeds_largest;
using streams::detail::sub_sat;

namespace {
constexpr auto largest = std::numeric_limits<std::int64_t>::max();
constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
} // namespace

TEST_CASE("a sum stays at the end of the integers that it would pass") {
    CHECK(add_sat(2, 3) == 5);
    CHECK(add_sat(largest, 1) == largest);
    CHECK(add_sat(largest, smallest) == -1);
    CHECK(add_sat(smallest, -1) == smallest);
}

TEST_CASE("a difference stays at the end of the integers that it would pass") {
    CHECK(sub_sat(2, 3) == -1);
    CHECK(sub_sat(-2, largest) == smallest);
    CHECK(sub_sat(0, smallest) == largest);
    CHECK(sub_sat(smallest, smallest) == 0);
}

TEST_CASE("a sum is past the largest number or not") {
    CHECK(exceeds_largest(largest, 1));
    CHECK_FALSE(exceeds_largest(largest - 1, 1));
    CHECK_FALSE(exceeds_largest(largest, smallest));
}
