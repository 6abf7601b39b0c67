#include "catch.hpp"

#include "src/core/stop_source.hpp"

#include <streams/core/manual_clock.hpp>

using namespace std::chrono_literals;
using namespace streams;

TEST_CASE("a stop ends a wait of another thread at once, and every later one") {
    stop_source stop(machine(), "a test");
    bool ended = false;
    const auto waiting = machine().start_thread("waiting", [&] { ended = stop.wait_until(never); });
    stop.request_stop();
    waiting->join();
    CHECK(ended);
    CHECK(stop.wait_until(never));
}

TEST_CASE("without a stop a wait lasts to its deadline") {
    manual_clock time{100};
    stop_source stop(time, "a test");
    CHECK(stop.requested_at() == never);
    CHECK_FALSE(stop.wait_until(350));
    CHECK(time.steady_ms() == 350);
    stop.request_stop();
    time.advance(1s);
    stop.request_stop();
    CHECK(stop.stop_requested());
    CHECK(stop.requested_at() == 350);
}
