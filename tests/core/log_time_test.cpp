#include "src/core/log_time.hpp"

#include "catch.hpp"

using streams::log_time;

TEST_CASE("the time of a line is UTC with milliseconds, also before 1970") {
    CHECK(log_time(1'769'903'999'123) == "2026-01-31T23:59:59.123Z");
    CHECK(log_time(-1) == "1969-12-31T23:59:59.999Z");
}
