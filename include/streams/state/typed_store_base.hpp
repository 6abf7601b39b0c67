#pragma once

#include <streams/core/error.hpp>
#include <streams/state/state_store.hpp>
#include <streams/state/store_iterator.hpp>
#include <streams/state/stored_value.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

/// What typed views of all kinds of stores share: the store, checked, its serdes, and key and value in buffers used again.
template <class Store, class Key, class Value>
class typed_store_base {
    using plain_value = typename stored_value<Value>::plain;
    static constexpr bool with_headers = stored_value<Value>::with_headers;

public:
    [[nodiscard]] std::string_view name() const noexcept { return store_->name(); }
    /// The store below, in bytes.
    [[nodiscard]] Store& bytes_store() const noexcept { return *store_; }

protected:
    typed_store_base(state_store& store, std::string_view kind) : store_(dynamic_cast<Store*>(&store)) {
        if (!store_)
            throw topology_error(
                concat("store ", store.name(), " is no ", kind, " store; use the view of its own kind"));
        serdes_ = {store.key_serde<Key>(), store.value_serde<plain_value>(), store_->name(),
                   store.keeps_headers() && !with_headers};
        if (with_headers && !store.keeps_headers())
            throw topology_error(
                concat("store ", store.name(),
                       " keeps no headers; declare it with .headers = true, set dsl.store.format to HEADERS "
                       "where it is an operator's, or use a value type without headers"));
        if (store.timestamped() == stored_value<Value>::timestamped) return;
        throw topology_error(
            concat("store ", store.name(),
                   store.timestamped() ? " keeps timestamps; use value_and_timestamp<...>, or, where it keeps headers, "
                                         "value_timestamp_headers<...> as value type"
                   : with_headers      ? " keeps no timestamps; use aggregation_with_headers<...> as value type"
                                       : " keeps no timestamps; use the plain value type"));
    }

    /// Decodes what the store holds; outlives the view, and the range that it makes. Throws serialization_error, which
    /// names the store and the key.
    struct decoder {
        serde_for<Key> key_serde{};
        serde_for<plain_value> value_serde{};
        std::string_view store{};
        bool other_headers = false; ///< the store has headers in front of its values, which Value does not show

        [[nodiscard]] Key key(bytes_view raw) const {
            return decoding(store, raw, "key", [&] { return key_serde.deserialize(raw); });
        }
        [[nodiscard]] Value value(bytes_view key, bytes_view raw) const {
            return decoding(store, key, "value", [&] {
                if (other_headers) static_cast<void>(cut_stored_headers(raw));
                return stored_value<Value>::deserialize(value_serde, raw);
            });
        }
    };

    /// Valid until the next call.
    [[nodiscard]] bytes_view encode(const Key& key) {
        key_.clear();
        serdes_.key_serde.serialize(key, key_);
        return key_.view();
    }
    [[nodiscard]] bytes encoded(const std::optional<Key>& key) const {
        bytes out;
        if (key) serdes_.key_serde.serialize(*key, out);
        return out;
    }
    [[nodiscard]] bytes_view encode_value(const Value& value) {
        value_.clear();
        if (serdes_.other_headers) append_stored_headers(value_, {});
        stored_value<Value>::serialize(serdes_.value_serde, value, value_);
        return value_.view();
    }
    /// Of the key that was encoded last.
    [[nodiscard]] std::optional<Value> decoded(std::optional<bytes_view> raw) const {
        if (!raw) return std::nullopt;
        return serdes_.value(key_, *raw);
    }
    [[nodiscard]] const decoder& serdes() const noexcept { return serdes_; }

private:
    Store* store_;
    decoder serdes_;
    bytes key_;
    bytes value_;
};

/// Yields `function(entry)` for each entry of a range.
template <class To, class From, class Function>
class transforming_cursor final : public store_cursor<To> {
public:
    transforming_cursor(store_range<From> from, Function function)
        : from_(std::move(from)), function_(std::move(function)) {}
    std::optional<To> next() override {
        if (!started_) {
            started_ = true;
            at_ = from_.begin();
        } else if (at_ != from_.end()) {
            ++at_;
        }
        if (at_ == from_.end()) return std::nullopt;
        return function_(*at_);
    }

private:
    store_range<From> from_;
    Function function_;
    typename store_range<From>::iterator at_;
    bool started_ = false;
};

template <class To, class From, class Function>
[[nodiscard]] store_range<To> transformed(store_range<From> from, Function function) {
    return store_range<To>(
        std::make_unique<transforming_cursor<To, From, Function>>(std::move(from), std::move(function)));
}

} // namespace streams::inline v0::detail
