#pragma once

#include <streams/serde/serde.hpp>
#include <streams/state/query/query_errors.hpp>
#include <streams/state/query/store_question.hpp>
#include <streams/state/store_iterator.hpp>
#include <streams/state/store_spec.hpp>
#include <streams/state/stored_value.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// Throws invalid_state_store_error: the store is of another kind than it is queried as.
[[noreturn]] void throw_other_kind(const store_spec& store, const store_kind& wanted);
/// Throws invalid_state_store_error. `part`: `keys`, `values`.
[[noreturn]] void throw_other_type(const store_spec& store, std::string_view part);
/// Throws invalid_state_store_error: values are asked for with timestamps that the store does not keep.
[[noreturn]] void throw_no_timestamps(const store_spec& store);

/// Throws invalid_state_store_error: values are asked for with headers that the store does not keep.
[[noreturn]] void throw_no_headers(const store_spec& store);

/// Throws streams_rebalancing_error: no partition of the store is here.
[[noreturn]] void throw_nowhere(std::string_view store);

/// How a query converts the keys and values of one store of that kind. What it hands out owns its bytes.
template <class Kind, class Key, class Value>
class queried_types {
    static_assert(!borrows_from_record<Key> && !borrows_from_record<typename stored_value<Value>::plain>,
                  "query: the type borrows from bytes that the store may drop; ask for an owning type, std::string for "
                  "std::string_view");

public:
    /// Throws invalid_state_store_error where the store is of another kind, or of other types.
    explicit queried_types(const store_spec& store) : store_(store.name) {
        if (!store.is<Kind>()) throw_other_kind(store, Kind());
        if (stored_value<Value>::timestamped && !store.timestamped()) throw_no_timestamps(store);
        if (stored_value<Value>::with_headers && !store.keeps_headers()) throw_no_headers(store);
        other_headers_ = store.keeps_headers() && !stored_value<Value>::with_headers;
        skipped_ = store.timestamped() && !stored_value<Value>::timestamped ? sizeof(std::int64_t) : 0;
        if (!store.serdes) return;
        take<Key>(store, store.serdes->key, "keys", key_serde_);
        take<typename stored_value<Value>::plain>(store, store.serdes->value, "values", value_serde_);
    }

    [[nodiscard]] bytes key(const Key& key) const {
        bytes out;
        key_serde_.serialize(key, out);
        return out;
    }
    [[nodiscard]] std::optional<bytes> key(const std::optional<Key>& key) const {
        return key ? std::optional(this->key(*key)) : std::nullopt;
    }
    [[nodiscard]] Key key_of(const found_row& row) const {
        return decoding(store_, row.key, "key", [&] { return key_serde_.deserialize(row.key); });
    }
    [[nodiscard]] Value value_of(const found_row& row) const { return value(row.key, row.value); }
    [[nodiscard]] Value value(bytes_view key, bytes_view raw) const {
        return decoding(store_, key, "value", [&] {
            if (other_headers_) static_cast<void>(cut_stored_headers(raw));
            if (skipped_ > 0) static_cast<void>(stored_timestamp(raw));
            return stored_value<Value>::deserialize(value_serde_, raw.subview(skipped_));
        });
    }

private:
    template <class T>
    static void take(const store_spec& store, const erased_serde& held, std::string_view part, serde_for<T>& into) {
        if (held.type != nullptr && !serde_for<T>::converts(held)) throw_other_type(store, part);
        into = serde_for<T>::from(held);
    }

    std::string store_;
    bool other_headers_ = false; ///< the store has headers in front of its values, which are not asked for
    std::size_t skipped_ = 0;    ///< bytes of a timestamp that is not asked for
    serde_for<Key> key_serde_;
    serde_for<typename stored_value<Value>::plain> value_serde_;
};

/// Rows of several partitions, one after the other, each turned into an Entry.
template <class Entry, class Decode>
class decoded_rows final : public store_cursor<Entry> {
public:
    decoded_rows(std::vector<found_rows> parts, Decode decode) : parts_(std::move(parts)), decode_(std::move(decode)) {}
    std::optional<Entry> next() override {
        for (; at_ < parts_.size(); parts_[at_++].reset())
            if (const auto row = parts_[at_]->next()) return decode_(*row);
        return std::nullopt;
    }

private:
    std::vector<found_rows> parts_;
    std::size_t at_ = 0;
    Decode decode_;
};

template <class Entry, class Decode>
[[nodiscard]] store_range<Entry> decoded(std::vector<found_rows> parts, Decode decode) {
    return store_range<Entry>(std::make_unique<decoded_rows<Entry, Decode>>(std::move(parts), std::move(decode)));
}

} // namespace streams::inline v0::detail
