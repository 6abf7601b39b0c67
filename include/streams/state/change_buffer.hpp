#pragma once

#include <streams/core/record.hpp>
#include <streams/state/state_store.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// An update of a table that a change_buffer holds back, with the record it came in. Borrowed from the buffer.
struct buffered_change {
    bytes_view key;
    std::optional<bytes_view> new_value; ///< nullopt: the row was deleted
    std::optional<bytes_view> old_value; ///< nullopt: there was none
    record_metadata metadata;
    std::int64_t timestamp; ///< ms since the epoch
    streams::headers& headers;
};

/// What a change_buffer holds, to be looked at and let go.
class held_changes : public state_store {
public:
    /// The time of the oldest entry; INT64_MAX where there is none.
    [[nodiscard]] virtual std::int64_t oldest_time() = 0;
    /// The oldest entry, valid until `put` or `remove_oldest`. REQUIRES: there is one.
    [[nodiscard]] virtual buffered_change oldest() = 0;
    virtual void remove_oldest() = 0;

    /// The value that the key had before its first update was held back; outer nullopt: none is. Valid until the next put.
    [[nodiscard]] virtual std::optional<std::optional<bytes_view>> prior_value(bytes_view key) const = 0;
    [[nodiscard]] virtual std::size_t entries() const noexcept = 0;
    /// Kafka Streams' estimate of what the entries hold: keys, values and where they came from.
    [[nodiscard]] virtual std::size_t entry_bytes() const noexcept = 0;
};

/// Holds updates of a table back, in the order of a time and then of their keys' bytes (Kafka's
/// `TimeOrderedKeyValueBuffer`). One entry a key: a newer update takes the place of the older, at the older one's time.
/// In memory; the changelog gets the entries that a commit finds.
class change_buffer : public held_changes {
public:
    using read_only = held_changes;

    /// Holds back the record at hand. `time`: ms, where it stands unless the key is there already.
    virtual void put(std::int64_t time, bytes_view key, std::optional<bytes_view> new_value,
                     std::optional<bytes_view> old_value) = 0;
};

} // namespace streams::inline v0
