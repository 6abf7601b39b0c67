#pragma once

#include <streams/state/stored_value.hpp>
#include <streams/state/typed_store_base.hpp>
#include <streams/state/versioned_store.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// One decoded version of a value.
template <class Value>
struct version {
    Value value;
    std::int64_t valid_from;                ///< ms since the epoch
    std::optional<std::int64_t> valid_to{}; ///< nullopt: it is the latest

    friend bool operator==(const version&, const version&) = default;
};

/// A versioned store in types (Kafka's `VersionedKeyValueStore<K, V>`): a cheap view of the store, to be kept by the
/// processor that uses it. Times are ms since the epoch. What a borrowing type refers to is valid until the next call on
/// the same store. Throws serialization_error, which names store and key, where
/// stored bytes do not decode.
template <class Key, class Value>
class typed_versioned_store : public detail::typed_store_base<versioned_store, Key, Value> {
    using base = detail::typed_store_base<versioned_store, Key, Value>;
    using base::encode;

public:
    /// Throws topology_error where the store is of another kind.
    explicit typed_versioned_store(state_store& store) : base(store, "versioned") {}

    /// The latest version; nullopt: absent.
    [[nodiscard]] std::optional<version<Value>> get(const Key& key) {
        return decoded(this->bytes_store().get(encode(key)));
    }
    /// The version that was valid at `as_of`; nullopt: none, or longer ago than the history retention.
    [[nodiscard]] std::optional<version<Value>> get(const Key& key, std::int64_t as_of) {
        return decoded(this->bytes_store().get(encode(key), as_of));
    }
    version_put put(const Key& key, const Value& value, std::int64_t timestamp) {
        const bytes_view encoded = base::encode_value(value);
        return this->bytes_store().put(encode(key), encoded, timestamp);
    }
    /// The key has no value from `timestamp` on.
    version_put erase(const Key& key, std::int64_t timestamp) {
        return this->bytes_store().put(encode(key), std::nullopt, timestamp);
    }

private:
    [[nodiscard]] std::optional<version<Value>> decoded(const std::optional<versioned_record>& found) const {
        if (!found) return std::nullopt;
        return version<Value>{*base::decoded(found->value), found->valid_from, found->valid_to};
    }
};

} // namespace streams::inline v0
