#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// A record that a test pipes into a topology or reads out of it: owned, where record<Key, Value> is borrowed.
/// Equal are records of equal key, value, timestamp and headers, wherever they are placed (Kafka's `TestRecord`).
template <class Key, class Value>
struct test_record {
    Key key{};
    Value value{};
    std::int64_t timestamp = 0; ///< ms since the epoch; -1 where a changelog record carries none
    streams::headers headers{};
    std::optional<std::int32_t> partition{}; ///< piped: nullopt places it by its key; read: where it was placed

    friend bool operator==(const test_record& a, const test_record& b) {
        return a.key == b.key && a.value == b.value && a.timestamp == b.timestamp && a.headers == b.headers;
    }
};

/// The same in bytes; nullopt is null.
using raw_test_record = test_record<std::optional<bytes>, std::optional<bytes>>;

} // namespace streams::inline v0
