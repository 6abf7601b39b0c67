#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <optional>
#include <string>

/// What a sensor sent: the value in topics `temp_raw`, `clean` and `temp_bad`.
struct reading {
    std::optional<std::string> sensor_id;
    std::optional<double> temp; ///< degrees Fahrenheit

    friend bool operator==(const reading&, const reading&) = default;
};

/// The value in topic `temp_c`, under the sensor's id.
struct celsius_reading {
    std::string sensor_id;
    double temp_c = 0;

    friend bool operator==(const celsius_reading&, const celsius_reading&) = default;
};

template <>
struct streams::json_members<reading> {
    static constexpr auto members =
        std::tuple{json_member{"sensor_id", &reading::sensor_id}, json_member{"temp", &reading::temp}};
};
template <>
struct streams::serde<reading> : streams::json<reading> {};

template <>
struct streams::json_members<celsius_reading> {
    static constexpr auto members = std::tuple{json_member{"sensor_id", &celsius_reading::sensor_id},
                                               json_member{"temp_c", &celsius_reading::temp_c}};
};
template <>
struct streams::serde<celsius_reading> : streams::json<celsius_reading> {};

/// Cleans what sensors send to topic `temp_raw`: what has no sensor id is dropped; what has no temperature, or one below
/// absolute zero, goes to `temp_bad`; the rest to `clean`, and in degrees Celsius to `temp_c`.
[[nodiscard]] streams::topology clean_sensors();
