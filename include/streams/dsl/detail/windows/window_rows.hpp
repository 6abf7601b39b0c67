#pragma once

#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/dsl/detail/tables/table.hpp>
#include <streams/dsl/detail/windows/kind_of_windows.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/serde/windowed.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace streams::inline v0::detail {

/// Reads the rows of a windowed aggregation from its store.
template <class Rows, class Key, class Value>
class windowed_getter final : public value_getter<typename Rows::template key<Key>, Value> {
public:
    explicit windowed_getter(std::string store) : name_(std::move(store)) {}
    void init(task_context& context) override { store_.open(context, name_); }
    row_view<Value> get(const typename Rows::template key<Key>& key) override {
        store_.at(key.key);
        const std::int64_t timestamp = store_.get(key.window, value_);
        return {pointer_to(value_), timestamp};
    }

private:
    std::string name_;
    typename Rows::template store<Key, Value> store_;
    std::optional<Value> value_;
};

/// The serde of the rows' keys: by `make()`, which is given that of the keys inside, where one was chosen for them.
template <class RowKey, class Key, class Make>
[[nodiscard]] serde_for<RowKey> serde_around(const serde_for<Key>& inner, Make make) {
    if (!inner.chosen()) return {};
    return serde_for<RowKey>(make(inner));
}

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
    using getter = windowed_getter<window_rows, Key, Row>;

    template <class Key>
    [[nodiscard]] static store_key<Key> reading_keys(window_ends ends) {
        return {std::move(ends)};
    }
    /// Of the keys of the table, whose inner keys `inner` converts.
    template <class Key>
    [[nodiscard]] static serde_for<key<Key>> key_serde(const serde_for<Key>& inner, const window_ends& ends) {
        return serde_around<key<Key>>(inner, [&](const auto& keys) { return time_windowed_serde<Key>(ends, keys); });
    }

    /// Calls `function(entry, window)` for the rows whose windows begin within the span: by start, then by key.
    template <class Store, class Function>
    static void for_each(Store& store, const row_span& starts, const window_ends& ends, const emission&,
                         Function function) {
        for (const window_entry& entry : store.store().by_time(starts.from, starts.to))
            function(entry, window{entry.start, ends(entry.start)});
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
    using getter = windowed_getter<session_rows, Key, Row>;

    template <class Key>
    [[nodiscard]] static store_key<Key> reading_keys(const window_ends&) {
        return {};
    }
    template <class Key>
    [[nodiscard]] static serde_for<key<Key>> key_serde(const serde_for<Key>& inner, const window_ends&) {
        return serde_around<key<Key>>(inner, [](const auto& keys) { return session_windowed_serde<Key>(keys); });
    }

    /// Calls `function(entry, window)` for the sessions that end within the span: by end, then by start and key; or by end
    /// and key alone, which is the order of Kafka Streams' store in memory.
    template <class Store, class Function>
    static void for_each(Store& store, const row_span& ends, const window_ends&, const emission& strategy,
                         Function function) {
        struct session {
            bytes key;
            window at;
            bytes value;
        };
        std::vector<session> found;
        for (const session_entry& entry : store.store().ended(ends.from, ends.to))
            found.push_back({bytes(entry.key), entry.window, bytes(entry.value)});
        if (strategy.by_key)
            std::sort(found.begin(), found.end(), [](const session& a, const session& b) {
                return std::tie(a.at.end, a.key) < std::tie(b.at.end, b.key);
            });
        for (const session& each : found) function(session_entry{each.key.view(), each.at, each.value.view()}, each.at);
    }
};

} // namespace streams::inline v0::detail
