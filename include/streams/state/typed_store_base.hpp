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

/// What typed views of all kinds of stores share: the store, checked, and the value's bytes in a buffer used again.
template <class Store, class Value>
class typed_store_base {
public:
    [[nodiscard]] std::string_view name() const noexcept { return store_->name(); }
    /// The store below, in bytes.
    [[nodiscard]] Store& bytes_store() const noexcept { return *store_; }

protected:
    typed_store_base(state_store& store, std::string_view kind) : store_(dynamic_cast<Store*>(&store)) {
        if (!store_)
            throw topology_error(concat("store ", store.name(), " is no ", kind, " store; use the view of its own kind"));
        if (store.timestamped() == stored_value<Value>::timestamped) return;
        throw topology_error(concat("store ", store.name(),
                                    store.timestamped() ? " keeps timestamps; use value_and_timestamp<...> as value type"
                                                        : " keeps no timestamps; use the plain value type"));
    }

    [[nodiscard]] bytes_view encode_value(const Value& value) {
        value_.clear();
        stored_value<Value>::serialize(value, value_);
        return value_.view();
    }
    [[nodiscard]] static std::optional<Value> decoded(std::optional<bytes_view> raw) {
        if (!raw) return std::nullopt;
        return stored_value<Value>::deserialize(*raw);
    }

private:
    Store* store_;
    bytes value_;
};

/// Yields `function(entry)` for each entry of a range.
template <class To, class From, class Function>
class transforming_cursor final : public store_cursor<To> {
public:
    transforming_cursor(store_range<From> from, Function function) : from_(std::move(from)), function_(std::move(function)) {}
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
