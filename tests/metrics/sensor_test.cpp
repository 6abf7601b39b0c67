#include "catch.hpp"

#include "src/metrics/sensor.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

using namespace streams;

namespace {

constexpr sampling two_of_a_second{.samples = 2, .window = 1'000};

} // namespace

TEST_CASE("a sensor that has recorded nothing has no average, and a rate of nothing") {
    const sensor quiet(two_of_a_second);
    const auto reading = quiet.read(5'000);
    CHECK(reading.count == 0);
    CHECK(reading.count_per_second == 0);
    CHECK(std::isnan(reading.average));
    CHECK(std::isnan(reading.smallest));
    CHECK(std::isnan(reading.largest));
}

TEST_CASE("a sensor says what was recorded within its samples, and counts all there ever was") {
    sensor s(two_of_a_second);
    s.record(10, 10'000);
    s.record(30, 10'999);
    s.record(2, 11'000); // a second sample
    auto reading = s.read(11'500);
    CHECK(reading.count == 3);
    CHECK(reading.average == 14);
    CHECK(reading.smallest == 2);
    CHECK(reading.largest == 30);
    CHECK(reading.count_per_second == 3 / 1.5);
    CHECK(reading.sum_per_second == 42 / 1.5);

    s.record(8, 12'000); // takes the place of the first
    reading = s.read(12'000);
    CHECK(reading.count == 4);
    CHECK(reading.average == 5);
    CHECK(reading.largest == 8);
    CHECK(reading.count_per_second == 2);

    reading = s.read(14'000); // nothing of late
    CHECK(reading.count == 4);
    CHECK(reading.count_per_second == 0);
    CHECK(std::isnan(reading.largest));
}

TEST_CASE("a burst at the begin of the first sample is no rate yet, as in Kafka") {
    sensor s({.samples = 2, .window = 30'000});
    measurements burst;
    for (int i = 0; i < 600; ++i) burst.add(1);
    s.record(burst, 1'000);
    CHECK(s.read(1'000).count_per_second == 600 / 30.0);
    CHECK(s.read(11'000).count_per_second == 600 / 40.0);
}

TEST_CASE("times that nobody can add up do not overflow") {
    measurements far;
    far.add(std::numeric_limits<std::int64_t>::max());
    far.add(std::numeric_limits<std::int64_t>::max());
    sensor s(two_of_a_second);
    s.record(far, 1);
    s.record(far, 2);
    CHECK(s.read(3).count == 4);
    CHECK(s.read(3).largest == static_cast<double>(std::numeric_limits<std::int64_t>::max()));
}

TEST_CASE("a reader never sees a half of what is being recorded") {
    sensor s({.samples = 3, .window = 7});
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (std::int64_t now = 0; now < 6'000; ++now) {
            s.record(5, now);
            if (now % 3 == 0) std::this_thread::sleep_for(std::chrono::microseconds(20)); // as between two rounds
        }
        done = true;
    });
    bool whole = true;
    while (!done) {
        const auto reading = s.read(0); // nothing is too old
        whole &= std::isnan(reading.average) || reading.average == 5;
    }
    writer.join();
    CHECK(whole);
    CHECK(s.read(6'000).count == 6'000);
}
