#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// A stored value and the time of its last update, ms since the epoch (Kafka's `ValueAndTimestamp`).
template <class Value>
struct value_and_timestamp {
    Value value;
    std::int64_t timestamp;

    friend bool operator==(const value_and_timestamp&, const value_and_timestamp&) = default;
};

} // namespace streams::inline v0
