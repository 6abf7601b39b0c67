#include "catch.hpp"

#include "clean_sensors/clean_sensors.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <vector>

namespace {

using key = std::optional<std::string>;

struct sensors {
    streams::topology_test_driver driver{clean_sensors()};
    streams::input_topic<key, reading> raw = driver.input_topic<key, reading>("temp_raw");
    streams::output_topic<key, reading> clean = driver.output_topic<key, reading>("clean");
    streams::output_topic<key, reading> bad = driver.output_topic<key, reading>("temp_bad");
    streams::output_topic<std::string, celsius_reading> celsius =
        driver.output_topic<std::string, celsius_reading>("temp_c");
};

} // namespace

TEST_CASE("readings are copied, and converted to Celsius under their sensor's id") {
    sensors s;
    s.raw.pipe(std::nullopt, {"s1", 212});
    s.raw.pipe("any", {"s2", 32});
    CHECK(s.clean.read_values() == std::vector<reading>{{"s1", 212}, {"s2", 32}});
    CHECK(s.celsius.read_key_values() ==
          std::vector<std::pair<std::string, celsius_reading>>{{"s1", {"s1", 100}}, {"s2", {"s2", 0}}});
    CHECK(s.bad.empty());
}

TEST_CASE("readings without a sensor id are dropped") {
    sensors s;
    s.raw.pipe("k", {std::nullopt, 70});
    CHECK(s.clean.empty());
    CHECK(s.celsius.empty());
    CHECK(s.bad.empty());
}

TEST_CASE("readings without a possible temperature go to a topic of their own") {
    sensors s;
    s.raw.pipe("k", {"s1", std::nullopt});
    s.raw.pipe("k", {"s1", -459.68});
    s.raw.pipe("k", {"s1", -459.67});
    CHECK(s.bad.read_values() == std::vector<reading>{{"s1", std::nullopt}, {"s1", -459.68}});
    CHECK(s.clean.size() == 1);
    CHECK(s.celsius.size() == 1);
}
