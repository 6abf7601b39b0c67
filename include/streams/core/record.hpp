#pragma once

#include <streams/core/headers.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace streams::inline v0 {

/// A record between two nodes of a topology: typed, and borrowed throughout. Key, value and headers are valid until
/// `process` of the node that received it returns; keep copies, never the record.
/// Changing the headers is seen by the nodes called later with the same record, as in Kafka Streams.
template <class Key, class Value>
struct record {
    const Key& key;
    const Value& value;
    std::int64_t timestamp; ///< ms since the epoch
    streams::headers& headers;

    /// The same record with another value, key, time or headers; what replaces them outlives the result.
    template <class NewValue>
    [[nodiscard]] record<Key, NewValue> with_value(const NewValue& new_value) const noexcept {
        return {key, new_value, timestamp, headers};
    }
    template <class NewKey>
    [[nodiscard]] record<NewKey, Value> with_key(const NewKey& new_key) const noexcept {
        return {new_key, value, timestamp, headers};
    }
    [[nodiscard]] record with_timestamp(std::int64_t new_timestamp) const noexcept {
        return {key, value, new_timestamp, headers};
    }
    [[nodiscard]] record with_headers(streams::headers& new_headers) const noexcept {
        return {key, value, timestamp, new_headers};
    }
};

/// Where the input record that is being processed came from (Kafka's `RecordMetadata`).
struct record_metadata {
    std::string_view topic; ///< borrowed for as long as the record is processed
    std::int32_t partition = -1;
    std::int64_t offset = -1;
};

/// What a task knows of the record that a node is handling: its origin, and the timestamp and headers it has there.
struct record_context {
    record_metadata metadata;
    std::int64_t timestamp = -1;         ///< ms since the epoch
    streams::headers* headers = nullptr; ///< never null while a record is processed
};

/// A record as it stands in a partition's log, borrowed from the batch that brought it.
struct record_view {
    std::int64_t offset = 0;
    std::int64_t timestamp = -1;               ///< ms since the epoch; -1 where the log has none
    std::optional<bytes_view> key;             ///< nullopt: null
    std::optional<bytes_view> value;           ///< nullopt: null, a tombstone
    const streams::headers* headers = nullptr; ///< null: none
};

} // namespace streams::inline v0
