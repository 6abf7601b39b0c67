#pragma once

#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/serde/windowed.hpp>

#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// Reads the windows of a windowed aggregation from its store.
template <class Key, class Value>
class window_getter final : public value_getter<windowed<Key>, Value> {
public:
    explicit window_getter(std::string store) : name_(std::move(store)) {}
    void init(task_context& context) override { store_.open(context, name_); }
    row_view<Value> get(const windowed<Key>& key) override {
        store_.at(key.key);
        const std::int64_t timestamp = store_.get(key.window.start, value_);
        return {pointer_to(value_), timestamp};
    }

private:
    std::string name_;
    typed_windows<Key, Value> store_;
    std::optional<Value> value_;
};

/// Reads the sessions of an aggregation from its store.
template <class Key, class Value>
class session_getter final : public value_getter<session_windowed<Key>, Value> {
public:
    explicit session_getter(std::string store) : name_(std::move(store)) {}
    void init(task_context& context) override { store_.open(context, name_); }
    row_view<Value> get(const session_windowed<Key>& key) override {
        store_.at(key.key);
        store_.get(key.window, value_);
        return {pointer_to(value_), key.window.end};
    }

private:
    std::string name_;
    typed_sessions<Key, Value> store_;
    std::optional<Value> value_;
};

// How the rows of a windowed table are named, stored and read: a kind of windows names one of these as its `rows`.

/// By key and the start of a window, whose end is known from it.
struct window_rows {
    template <class Key>
    using key = windowed<Key>;
    template <class Key, class Row>
    using store = typed_windows<Key, Row>;
    template <class Key>
    using store_key = window_store_key<Key>;
    template <class Key, class Row>
    using getter = window_getter<Key, Row>;

    template <class Key>
    [[nodiscard]] static store_key<Key> reading_keys(window_ends ends) {
        return {std::move(ends)};
    }

    /// Of the keys of the table, whose inner keys `inner` converts.
    template <class Key>
    [[nodiscard]] static serde_for<windowed<Key>> key_serde(const serde_for<Key>& inner, window_ends ends) {
        if (!inner.chosen()) return {};
        return serde_for<windowed<Key>>(time_windowed_serde<Key>(std::move(ends), inner));
    }
};

/// By key, start and end of a session.
struct session_rows {
    template <class Key>
    using key = session_windowed<Key>;
    template <class Key, class Row>
    using store = typed_sessions<Key, Row>;
    template <class Key>
    using store_key = session_store_key<Key>;
    template <class Key, class Row>
    using getter = session_getter<Key, Row>;

    template <class Key>
    [[nodiscard]] static store_key<Key> reading_keys(const window_ends&) {
        return {};
    }

    template <class Key>
    [[nodiscard]] static serde_for<session_windowed<Key>> key_serde(const serde_for<Key>& inner, const window_ends&) {
        if (!inner.chosen()) return {};
        return serde_for<session_windowed<Key>>(session_windowed_serde<Key>(inner));
    }
};

} // namespace streams::inline v0::detail
