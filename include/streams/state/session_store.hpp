#pragma once

#include <streams/serde/window.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>

#include <cstdint>
#include <vector>

namespace streams::inline v0 {

/// One session of a session store.
struct session_entry {
    bytes_view key;
    streams::window window; ///< ms since the epoch, both ends included
    bytes_view value;
};

/// What reads a session_store (Kafka's `ReadOnlySessionStore`).
class read_only_session_store : public state_store {
public:
    /// The value of one session; nullopt: absent.
    [[nodiscard]] virtual std::optional<bytes_view> fetch(bytes_view key, window session) = 0;
    /// The sessions of one key with end >= `earliest_end` and start <= `latest_start`, by end, then by start.
    [[nodiscard]] virtual store_range<session_entry> find(bytes_view key, std::int64_t earliest_end,
                                                          std::int64_t latest_start,
                                                          iteration_order = iteration_order::ascending) = 0;
    /// The same, ascending, into `found`, which is used again from call to call. What the entries refer to stays valid until
    /// the next call on the store or on `key`.
    virtual void find_into(bytes_view key, std::int64_t earliest_end, std::int64_t latest_start,
                           std::vector<session_entry>& found) = 0;
    /// The sessions of keys in [first, last] (nullopt: open) with end >= `earliest_end` and start <= `latest_start`, by
    /// key, then by end, then by start.
    [[nodiscard]] virtual store_range<session_entry> find_range(std::optional<bytes_view> first,
                                                                std::optional<bytes_view> last,
                                                                std::int64_t earliest_end, std::int64_t latest_start,
                                                                iteration_order = iteration_order::ascending) = 0;
    /// The sessions of all keys with from <= end <= to, by end, then by start, then by key. Cheap where
    /// store_spec says time_ordered.
    [[nodiscard]] virtual store_range<session_entry> ended(std::int64_t from, std::int64_t to) = 0;
};

/// Bytes by key and session (Kafka's `SessionStore`). Sessions that ended before the newest end seen less the retention
/// are not stored any more and vanish from reads. Values carry no timestamp: a session's is its end.
class session_store : public read_only_session_store {
public:
    using read_only = read_only_session_store;

    /// nullopt deletes.
    virtual void put(bytes_view key, std::optional<bytes_view> value, window session) = 0;
};

} // namespace streams::inline v0
