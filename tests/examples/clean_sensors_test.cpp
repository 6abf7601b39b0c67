#include "catch.hpp"

#include "clean_sensors/clean_sensors.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <vector>

namespace {

using key = std::optional<std::string>;

struct sensors {
    streams::topology_test_driver driver{clean_sensors()};
    streams::input_topic<key, sensor_reading> raw = driver.input_topic<key, sensor_reading>("temp_raw");
    streams::output_topic<key, sensor_reading> clean = driver.output_topic<key, sensor_reading>("clean");
    streams::output_topic<key, sensor_reading> bad = driver.output_topic<key, sensor_reading>("temp_bad");
    streams::output_topic<std::string, celsius_reading> celsius =
        driver.output_topic<std::string, celsius_reading>("temp_c");
};

} // namespace

TEST_CASE("what a sensor sends is copied, and converted to Celsius under the sensor's id") {
    sensors s;
    auto raw = s.driver.input_topic<key, std::string>("temp_raw");
    raw.pipe(std::nullopt, R"({"sensor_id":42,"time_epoch":1551136074,"reading":13.05})");
    raw.pipe("any", R"({"sensor_id":43,"reading":212})");
    CHECK(s.clean.read_values() == std::vector<sensor_reading>{{42, 1'551'136'074, 13.05}, {43, std::nullopt, 212}});
    REQUIRE(s.celsius.size() == 2);
    const auto first = s.celsius.read();
    CHECK(first.key == "42");
    CHECK(first.value == celsius_reading{42, 1'551'136'074, (13.05 - 32) * 5 / 9});
    CHECK(s.celsius.read_value() == celsius_reading{43, std::nullopt, 100});
    CHECK(s.bad.empty());
}

TEST_CASE("readings without a sensor id are dropped") {
    sensors s;
    s.raw.pipe("k", {std::nullopt, 1'551'136'074, 70});
    CHECK(s.clean.empty());
    CHECK(s.celsius.empty());
    CHECK(s.bad.empty());
}

TEST_CASE("readings without a possible temperature go to a topic of their own") {
    sensors s;
    s.raw.pipe("k", {1, 0, std::nullopt});
    s.raw.pipe("k", {1, 0, -459.68});
    s.raw.pipe("k", {1, 0, -459.67});
    CHECK(s.bad.read_values() == std::vector<sensor_reading>{{1, 0, std::nullopt}, {1, 0, -459.68}});
    CHECK(s.clean.size() == 1);
    CHECK(s.celsius.size() == 1);
}
