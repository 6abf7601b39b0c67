#pragma once

#include <streams/serde/windowed.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/stored_value.hpp>
#include <streams/state/typed_store_base.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// A session store in types (Kafka's `SessionStore<K, V>`): a cheap view of the store, to be kept by the processor that
/// uses it. Times are ms since the epoch. What a borrowing type refers to is valid until the next call on the same store;
/// what a range hands out, until the range goes on. Throws serialization_error, which names store and key, where stored bytes do not decode.
template <class Key, class Value>
class typed_session_store : public detail::typed_store_base<session_store, Key, Value> {
    using base = detail::typed_store_base<session_store, Key, Value>;
    using base::encode;

public:
    using entry = std::pair<session_windowed<Key>, Value>;

    /// Throws topology_error where the store is of another kind.
    explicit typed_session_store(state_store& store) : base(store, "session") {}

    /// The value of one session; nullopt: absent.
    [[nodiscard]] std::optional<Value> fetch(const session_windowed<Key>& session) {
        return base::decoded(this->bytes_store().fetch(encode(session.key), session.window));
    }
    void put(const session_windowed<Key>& session, const Value& value) {
        const bytes_view encoded = base::encode_value(value);
        this->bytes_store().put(encode(session.key), encoded, session.window);
    }
    void erase(const session_windowed<Key>& session) {
        this->bytes_store().put(encode(session.key), std::nullopt, session.window);
    }

    /// The sessions of one key with end >= `earliest_end` and start <= `latest_start`, by end.
    [[nodiscard]] store_range<entry> find(const Key& key, std::int64_t earliest_end, std::int64_t latest_start,
                                          iteration_order direction = iteration_order::ascending) {
        return decoded(this->bytes_store().find(encode(key), earliest_end, latest_start, direction));
    }
    /// All sessions of one key, by end.
    [[nodiscard]] store_range<entry> find(const Key& key, iteration_order direction = iteration_order::ascending) {
        return find(key, 0, latest, direction);
    }
    /// The sessions with end >= `earliest_end` and start <= `latest_start` of keys in [first, last] (nullopt: open), by the
    /// order of the serialised keys, then by end.
    [[nodiscard]] store_range<entry> find_range(const std::optional<Key>& first, const std::optional<Key>& last,
                                                std::int64_t earliest_end, std::int64_t latest_start,
                                                iteration_order direction = iteration_order::ascending) {
        const bytes lowest = base::encoded(first);
        const bytes highest = base::encoded(last);
        return decoded(this->bytes_store().find_range(first ? std::optional(lowest.view()) : std::nullopt,
                                                      last ? std::optional(highest.view()) : std::nullopt, earliest_end,
                                                      latest_start, direction));
    }
    /// All sessions of keys in [first, last], in that order.
    [[nodiscard]] store_range<entry> find_range(const std::optional<Key>& first, const std::optional<Key>& last,
                                                iteration_order direction = iteration_order::ascending) {
        return find_range(first, last, 0, latest, direction);
    }
    /// The sessions of all keys with from <= end <= to, by end, then by start.
    [[nodiscard]] store_range<entry> ended(std::int64_t from, std::int64_t to) {
        return decoded(this->bytes_store().ended(from, to));
    }

private:
    static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

    [[nodiscard]] store_range<entry> decoded(store_range<session_entry> raw) const {
        return detail::transformed<entry>(std::move(raw), [serdes = this->serdes()](const session_entry& found) {
            return entry{{serdes.key(found.key), found.window}, serdes.value(found.key, found.value)};
        });
    }
    using base::decoded;
};

} // namespace streams::inline v0
