#include "clean_sensors/clean_sensors.hpp"

#include <utility>

namespace {

constexpr double absolute_zero = -459.67; // degrees Fahrenheit

bool is_bad(const reading& r) { return !r.temp || *r.temp < absolute_zero; }

std::pair<std::string, celsius_reading> in_celsius(const reading& r) {
    return {*r.sensor_id, {*r.sensor_id, (*r.temp - 32) * 5 / 9}};
}

} // namespace

streams::topology clean_sensors() {
    using streams::kstream;
    using key = std::optional<std::string>;

    streams::streams_builder builder;
    builder.stream<key, reading>("temp_raw")
        .filter([](const reading& r) { return r.sensor_id.has_value(); })
        .split()
        .branch(is_bad, [](const kstream<key, reading>& bad) { bad.to("temp_bad"); })
        .default_branch([](const kstream<key, reading>& good) {
            good.to("clean");
            good.map(in_celsius).to("temp_c");
        });
    return builder.build();
}
