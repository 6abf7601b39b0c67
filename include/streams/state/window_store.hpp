#pragma once

#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

#include <cstdint>
#include <limits>
#include <vector>

namespace streams::inline v0 {

/// One entry of a window store.
struct window_entry {
    bytes_view key;
    std::int64_t start; ///< of the window, ms since the epoch
    bytes_view value;
};

/// What reads a window_store (Kafka's `ReadOnlyWindowStore`).
class read_only_window_store : public state_store {
public:
    /// The value of one window; nullopt: absent. Where the store retains duplicates: use fetch over a span.
    [[nodiscard]] virtual std::optional<bytes_view> fetch(bytes_view key, std::int64_t start) = 0;
    /// The windows of one key with from <= start <= to, by start (duplicates in insertion order).
    [[nodiscard]] virtual store_range<window_entry> fetch(bytes_view key, std::int64_t from, std::int64_t to,
                                                          iteration_order = iteration_order::ascending) = 0;
    /// The same into `found`, which is used again from call to call. What the entries refer to stays valid until the next
    /// call on the store or on `key`.
    virtual void fetch_into(bytes_view key, std::int64_t from, std::int64_t to, iteration_order direction,
                            std::vector<window_entry>& found) = 0;
    /// The windows of keys in [first, last] (nullopt: open) with from <= start <= to, by key, then by start.
    [[nodiscard]] virtual store_range<window_entry> fetch_range(std::optional<bytes_view> first,
                                                                std::optional<bytes_view> last, std::int64_t from,
                                                                std::int64_t to,
                                                                iteration_order = iteration_order::ascending) = 0;

    /// The start of the oldest windows that reads see, ms. Earlier ones have expired.
    [[nodiscard]] virtual std::int64_t oldest_readable() = 0;

    /// Every window with from <= start <= to, by start, then by key. Cheap where store_spec says time_ordered.
    [[nodiscard]] virtual store_range<window_entry> by_time(std::int64_t from, std::int64_t to) = 0;

    /// Every window with from <= start <= to, by key, then by start.
    [[nodiscard]] store_range<window_entry> fetch_all(std::int64_t from, std::int64_t to,
                                                      iteration_order direction = iteration_order::ascending) {
        return fetch_range(std::nullopt, std::nullopt, from, to, direction);
    }
    /// Every window, by key, then by start.
    [[nodiscard]] store_range<window_entry> all(iteration_order direction = iteration_order::ascending) {
        return fetch_all(0, std::numeric_limits<std::int64_t>::max(), direction);
    }
};

/// Bytes by key and window start. Entries older than the newest start seen less the retention are not stored any more
/// and vanish from reads (Kafka's segments: see retention in store_spec). In a timestamped store a value begins with
/// the 8 bytes of its timestamp.
class window_store : public read_only_window_store {
public:
    using read_only = read_only_window_store;

    /// nullopt deletes. In a store that retains duplicates each put adds an entry, and null is ignored.
    virtual void put(bytes_view key, std::optional<bytes_view> value, std::int64_t start) = 0;
};

} // namespace streams::inline v0
