#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/dsl/detail/windows/closing.hpp>
#include <streams/dsl/detail/windows/window_layout.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/topology/node.hpp>

#include <algorithm>
#include <optional>
#include <tuple>
#include <vector>

namespace streams::inline v0::detail {

/// Forwards stored windows as final results: those that begin within `starts` and that are `wanted(window)`, by start, then
/// by key. Returns the latest end, -1 where there was none.
template <class Key, class Value, class Wanted>
std::int64_t emit_windows(typed_windows<Key, Value>& store, const start_span& starts, const window_ends& ends,
                          headers& with, const outputs<windowed<Key>, change<Value>>& children, Wanted wanted) {
    std::int64_t latest = -1;
    std::optional<windowed<Key>> key;
    std::optional<Value> value;
    auto closed = store.store().by_time(starts.from, starts.to);
    for (const window_entry& entry : closed) {
        const window at{entry.start, ends(entry.start)};
        if (!wanted(at)) continue;
        const std::int64_t timestamp = store.read(entry, value);
        key.emplace(windowed<Key>{store.key_of(entry.key), at});
        const change<Value> update{pointer_to(value), nullptr};
        const record<windowed<Key>, change<Value>> r{*key, update, timestamp, with};
        children.forward(r);
        latest = std::max(latest, at.end);
    }
    return latest;
}

/// The same for sessions with from <= end <= to: by end, then by start and key; or by end and key alone, which is the order
/// of Kafka Streams' store in memory. Returns the newest end, -1 where there was none.
template <class Key, class Value>
std::int64_t emit_sessions(typed_sessions<Key, Value>& store, std::int64_t from, std::int64_t to, bool by_key,
                           headers& with, const outputs<session_windowed<Key>, change<Value>>& children) {
    struct session {
        bytes key;
        window at;
        bytes value;
    };
    std::vector<session> closed;
    auto ended = store.store().ended(from, to);
    for (const session_entry& entry : ended) closed.push_back({bytes(entry.key), entry.window, bytes(entry.value)});
    if (by_key)
        std::stable_sort(closed.begin(), closed.end(), [](const session& a, const session& b) {
            return std::tie(a.at.end, a.key) < std::tie(b.at.end, b.key);
        });
    std::optional<Value> value;
    for (const session& one : closed) {
        const session_windowed<Key> key{store.key_of(one.key), one.at};
        store.read(one.key, one.value.view(), value);
        const change<Value> update{pointer_to(value), nullptr};
        const record<session_windowed<Key>, change<Value>> r{key, update, one.at.end, with};
        children.forward(r);
    }
    return closed.empty() ? -1 : closed.back().at.end;
}

} // namespace streams::inline v0::detail
