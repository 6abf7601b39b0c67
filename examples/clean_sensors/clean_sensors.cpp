#include "clean_sensors/clean_sensors.hpp"

#include <string>
#include <utility>

namespace {

constexpr double absolute_zero = -459.67; // degrees Fahrenheit

bool is_bad(const sensor_reading& r) { return !r.reading || *r.reading < absolute_zero; }

std::pair<std::string, celsius_reading> in_celsius(const sensor_reading& r) {
    return {std::to_string(*r.sensor_id), {*r.sensor_id, r.time_epoch, (*r.reading - 32) * 5 / 9}};
}

} // namespace

streams::topology clean_sensors() {
    using streams::kstream;
    using key = std::optional<std::string>;

    streams::streams_builder builder;
    builder.stream<key, sensor_reading>("temp_raw")
        .filter([](const sensor_reading& r) { return r.sensor_id.has_value(); })
        .split()
        .branch(is_bad, [](const kstream<key, sensor_reading>& bad) { bad.to("temp_bad"); })
        .default_branch([](const kstream<key, sensor_reading>& good) {
            good.to("clean");
            good.map(in_celsius).to("temp_c");
        });
    return builder.build();
}
