#pragma once

#include <streams/core/headers.hpp>

#include <cstdint>

namespace streams::inline v0 {

/// A stored value, the time of its last update, ms since the epoch, and the headers that it was put with (Kafka's
/// `ValueTimestampHeaders`, KIP-1271): the value type of key-value and window stores that keep headers.
template <class Value>
struct value_timestamp_headers {
    Value value;
    std::int64_t timestamp;
    streams::headers headers{};

    friend bool operator==(const value_timestamp_headers&, const value_timestamp_headers&) = default;
};

/// A session's value and the headers that it was put with (Kafka's `AggregationWithHeaders`): the value type of session stores
/// that keep headers.
template <class Value>
struct aggregation_with_headers {
    Value aggregation;
    streams::headers headers{};

    friend bool operator==(const aggregation_with_headers&, const aggregation_with_headers&) = default;
};

} // namespace streams::inline v0
