#pragma once

#include <streams/state/key_value_store.hpp>
#include <streams/state/stored_value.hpp>
#include <streams/state/typed_store_base.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace streams::inline v0 {

/// One decoded entry of a key-value store.
template <class Key, class Value>
struct key_value {
    Key key;
    Value value;

    friend bool operator==(const key_value&, const key_value&) = default;
};

/// A key-value store in types (Kafka's `KeyValueStore<K, V>`): a cheap view of the store, to be kept by the processor
/// that uses it. `Value` is `value_and_timestamp<V>` for a timestamped store. What a borrowing type refers to is valid
/// until the next call on the same store; what a range hands out, until the range goes on. Throws serialization_error, which names store and key, where
/// stored bytes do not decode.
///
///     typed_key_value_store<std::string, value_and_timestamp<std::int64_t>> counts(context.store("counts"));
template <class Key, class Value>
class typed_key_value_store : public detail::typed_store_base<key_value_store, Key, Value> {
    using base = detail::typed_store_base<key_value_store, Key, Value>;
    using base::encode;

public:
    using entry = key_value<Key, Value>;

    /// Throws topology_error where the store is of another kind, or keeps timestamps and Value has none (or reverse).
    explicit typed_key_value_store(state_store& store) : base(store, "key-value") {}

    /// nullopt: absent.
    [[nodiscard]] std::optional<Value> get(const Key& key) {
        return base::decoded(this->bytes_store().get(encode(key)));
    }
    void put(const Key& key, const Value& value) {
        const bytes_view encoded = base::encode_value(value);
        this->bytes_store().put(encode(key), encoded);
    }
    void erase(const Key& key) { this->bytes_store().put(encode(key), std::nullopt); }
    /// The value before, where there is one; then `value` is not stored.
    std::optional<Value> put_if_absent(const Key& key, const Value& value) {
        if (auto before = get(key)) return before;
        put(key, value);
        return std::nullopt;
    }

    /// Entries with from <= key <= to by the order of the serialised keys; nullopt leaves that side open.
    [[nodiscard]] store_range<entry> range(const std::optional<Key>& from, const std::optional<Key>& to,
                                           iteration_order direction = iteration_order::ascending) {
        const bytes first = base::encoded(from);
        const bytes last = base::encoded(to);
        return decoded(this->bytes_store().range(from ? std::optional(first.view()) : std::nullopt,
                                                 to ? std::optional(last.view()) : std::nullopt, direction));
    }
    [[nodiscard]] store_range<entry> all(iteration_order direction = iteration_order::ascending) {
        return decoded(this->bytes_store().all(direction));
    }
    /// Entries whose serialised key begins with that of `prefix`.
    template <has_serde Prefix>
    [[nodiscard]] store_range<entry> prefix_scan(const Prefix& prefix) {
        bytes first;
        serde<Prefix>::serialize(prefix, first);
        return decoded(this->bytes_store().prefix_scan(first.view()));
    }
    [[nodiscard]] std::uint64_t approximate_num_entries() { return this->bytes_store().approximate_num_entries(); }

private:
    [[nodiscard]] store_range<entry> decoded(store_range<store_entry> raw) const {
        return detail::transformed<entry>(std::move(raw), [serdes = this->serdes()](const store_entry& found) {
            return entry{serdes.key(found.key), serdes.value(found.key, found.value)};
        });
    }
    using base::decoded;
};

} // namespace streams::inline v0
