#include "catch.hpp"

#include <streams/core/error.hpp>
#include <streams/core/manual_clock.hpp>

using namespace std::chrono_literals;
using streams::manual_clock;

TEST_CASE("a manual clock moves when told to, and while its thread waits") {
    manual_clock time{1000};
    CHECK(time.wall_ms() == 1000);
    time.advance(5s);
    CHECK(time.wall_ms() == 6000);
    time.sleep(1ms);
    CHECK(time.steady_ms() == 6001);
}

TEST_CASE("a wait on a manual clock lasts to its deadline, and moves no clock back") {
    manual_clock time{1000};
    const auto woken = time.make_condition("a word");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    CHECK_FALSE(woken->wait(lock, 1500));
    CHECK(time.steady_ms() == 1500);
    CHECK_FALSE(woken->wait(lock, 1200));
    CHECK(time.steady_ms() == 1500);
    CHECK(woken->wait(lock, 9000, [] { return true; }));
    CHECK(time.steady_ms() == 1500);
}

TEST_CASE("a wait on a manual clock that nobody could end is an error, and so is a second thread") {
    manual_clock time;
    const auto woken = time.make_condition("a word");
    std::mutex mutex;
    std::unique_lock lock(mutex);
    CHECK_THROWS_AS(woken->wait(lock, streams::never), streams::streams_error);
    CHECK_THROWS_AS(time.start_thread("second", [] {}), streams::streams_error);
}
