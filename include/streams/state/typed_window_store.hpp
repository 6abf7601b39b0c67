#pragma once

#include <streams/state/stored_value.hpp>
#include <streams/state/typed_store_base.hpp>
#include <streams/state/window_store.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

namespace streams::inline v0 {

/// One decoded entry of a window store.
template <class Key, class Value>
struct windowed_value {
    Key key;
    std::int64_t start; ///< of the window, ms since the epoch
    Value value;

    friend bool operator==(const windowed_value&, const windowed_value&) = default;
};

/// A window store in types (Kafka's `WindowStore<K, V>`): a cheap view of the store, to be kept by the processor that
/// uses it. `Value` is `value_and_timestamp<V>` for a timestamped store. Times are ms since the epoch. What a borrowing
/// type refers to is valid until the next call on the same store; what a range hands out, until the range goes on. Throws
/// serialization_error, which names store and key, where stored bytes do not decode.
template <class Key, class Value>
class typed_window_store : public detail::typed_store_base<window_store, Key, Value> {
    using base = detail::typed_store_base<window_store, Key, Value>;
    using base::encode;

public:
    using entry = windowed_value<Key, Value>;

    /// Throws topology_error where the store is of another kind, or keeps timestamps and Value has none (or reverse).
    explicit typed_window_store(state_store& store) : base(store, "window") {}

    /// The value of the window that begins at `start`; nullopt: absent.
    [[nodiscard]] std::optional<Value> fetch(const Key& key, std::int64_t start) {
        return base::decoded(this->bytes_store().fetch(encode(key), start));
    }
    void put(const Key& key, const Value& value, std::int64_t start) {
        const bytes_view encoded = base::encode_value(value);
        this->bytes_store().put(encode(key), encoded, start);
    }
    void erase(const Key& key, std::int64_t start) { this->bytes_store().put(encode(key), std::nullopt, start); }

    /// The windows of one key with from <= start <= to, by start.
    [[nodiscard]] store_range<entry> fetch(const Key& key, std::int64_t from, std::int64_t to,
                                           iteration_order direction = iteration_order::ascending) {
        return decoded(this->bytes_store().fetch(encode(key), from, to, direction));
    }
    /// The windows of keys in [first, last] (nullopt: open), by the order of the serialised keys, then by start.
    [[nodiscard]] store_range<entry> fetch_range(const std::optional<Key>& first, const std::optional<Key>& last,
                                                 std::int64_t from, std::int64_t to,
                                                 iteration_order direction = iteration_order::ascending) {
        const bytes lowest = base::encoded(first);
        const bytes highest = base::encoded(last);
        return decoded(this->bytes_store().fetch_range(first ? std::optional(lowest.view()) : std::nullopt,
                                                       last ? std::optional(highest.view()) : std::nullopt, from, to,
                                                       direction));
    }
    /// Every window with from <= start <= to, by the order of the serialised keys, then by start.
    [[nodiscard]] store_range<entry> fetch_all(std::int64_t from, std::int64_t to,
                                               iteration_order direction = iteration_order::ascending) {
        return decoded(this->bytes_store().fetch_all(from, to, direction));
    }
    /// Every window, in that order.
    [[nodiscard]] store_range<entry> all(iteration_order direction = iteration_order::ascending) {
        return decoded(this->bytes_store().all(direction));
    }

private:
    [[nodiscard]] store_range<entry> decoded(store_range<window_entry> raw) const {
        return detail::transformed<entry>(std::move(raw), [serdes = this->serdes()](const window_entry& found) {
            return entry{serdes.key(found.key), found.start, serdes.value(found.key, found.value)};
        });
    }
    using base::decoded;
};

} // namespace streams::inline v0
