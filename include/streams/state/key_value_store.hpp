#pragma once

#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

namespace streams::inline v0 {

/// What reads a key_value_store (Kafka's `ReadOnlyKeyValueStore`).
class read_only_key_value_store : public state_store {
public:
    /// nullopt: absent.
    [[nodiscard]] virtual std::optional<bytes_view> get(bytes_view key) = 0;
    /// Entries with from <= key <= to; nullopt leaves that side open.
    [[nodiscard]] virtual store_range<store_entry> range(std::optional<bytes_view> from, std::optional<bytes_view> to,
                                                         iteration_order = iteration_order::ascending) = 0;
    /// Entries whose key begins with `prefix`, ascending.
    [[nodiscard]] virtual store_range<store_entry> prefix_scan(bytes_view prefix) = 0;
    /// Exact or estimated count of entries.
    [[nodiscard]] virtual std::uint64_t approximate_num_entries() = 0;

    [[nodiscard]] store_range<store_entry> all(iteration_order direction = iteration_order::ascending) {
        return range(std::nullopt, std::nullopt, direction);
    }
};

/// Bytes to bytes, ordered by key bytes. In a timestamped store a value begins with the 8 bytes of its timestamp (see
/// typed_key_value_store.hpp); the changelog carries that as the record's timestamp instead, as Kafka Streams writes it.
class key_value_store : public read_only_key_value_store {
public:
    using read_only = read_only_key_value_store;

    /// nullopt deletes.
    virtual void put(bytes_view key, std::optional<bytes_view> value) = 0;
};

} // namespace streams::inline v0
