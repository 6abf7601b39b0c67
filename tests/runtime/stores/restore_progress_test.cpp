#include "catch.hpp"

#include <streams/runtime/restore_listener.hpp>

using namespace streams;
using namespace std::chrono_literals;

TEST_CASE("the progress of a restore has a rate of rows, and from that of offsets what is left") {
    const topic_partition changelog{"app-counts-changelog", 3};
    restore_progress now{.changelog = changelog, .store = "counts", .begin = 1'000, .next = 1'000, .end = 5'000};
    CHECK(now.rows_per_second() == 0);
    CHECK(now.time_left() == std::nullopt);
    now.next = 2'000;
    now.rows = 500; // every other offset is a gap
    now.elapsed = 2s;
    CHECK(now.rows_per_second() == 250);
    CHECK(now.time_left() == 6s);
    now.next = now.end;
    CHECK(now.time_left() == 0s);
}
