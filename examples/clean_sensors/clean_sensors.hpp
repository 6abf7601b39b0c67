#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <optional>

/// What a sensor sent: the value in topics `temp_raw`, `clean` and `temp_bad`.
struct sensor_reading {
    std::optional<std::int64_t> sensor_id;
    std::optional<std::int64_t> time_epoch; ///< seconds since the epoch
    std::optional<double> reading;          ///< degrees Fahrenheit

    friend bool operator==(const sensor_reading&, const sensor_reading&) = default;
};

/// The value in topic `temp_c`, under the sensor's id as text.
struct celsius_reading {
    std::int64_t sensor_id = 0;
    std::optional<std::int64_t> time_epoch; ///< seconds since the epoch
    double celsius = 0;

    friend bool operator==(const celsius_reading&, const celsius_reading&) = default;
};

template <>
struct streams::json_members<sensor_reading> {
    static constexpr auto members = std::tuple{json_member{"sensor_id", &sensor_reading::sensor_id},
                                               json_member{"time_epoch", &sensor_reading::time_epoch},
                                               json_member{"reading", &sensor_reading::reading}};
};
template <>
struct streams::serde<sensor_reading> : streams::json<sensor_reading> {};

template <>
struct streams::json_members<celsius_reading> {
    static constexpr auto members = std::tuple{json_member{"sensor_id", &celsius_reading::sensor_id},
                                               json_member{"time_epoch", &celsius_reading::time_epoch},
                                               json_member{"celsius", &celsius_reading::celsius}};
};
template <>
struct streams::serde<celsius_reading> : streams::json<celsius_reading> {};

/// Cleans what sensors send to topic `temp_raw`: what has no sensor id is dropped; what has no reading, or one below
/// absolute zero, goes to `temp_bad`; the rest to `clean`, and in degrees Celsius to `temp_c`.
[[nodiscard]] streams::topology clean_sensors();
