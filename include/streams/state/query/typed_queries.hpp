#pragma once

#include <streams/serde/windowed.hpp>
#include <streams/state/query/queried_types.hpp>
#include <streams/state/query/store_reader.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/state/typed_versioned_store.hpp>
#include <streams/state/typed_window_store.hpp>
#include <streams/state/value_and_timestamp.hpp>
#include <streams/state/value_timestamp_headers.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

/// The queries of stores, as values (KIP-796, 805, 960, 968, 985, 992). `Value` is what the store keeps, without its
/// timestamp and headers where it keeps such, or value_and_timestamp, value_timestamp_headers or aggregation_with_headers of it.
/// Ranges are read on the thread that asked, as the store was when it was asked. Times are ms since the epoch, both ends
/// included; keys are ordered as their bytes.
namespace streams::inline v0 {

/// The value of a key (Kafka's `KeyQuery`).
template <class Key, class Value>
struct key_query {
    Key key;

    using types = detail::queried_types<key_value_kind, Key, Value>;
    using result = std::optional<Value>; ///< nullopt: absent
    [[nodiscard]] store_question question(const types& of) const { return keys_question{{of.key(key)}}; }
    [[nodiscard]] result read(const types& of, store_answer answer) const {
        const auto& found = std::get<found_values>(answer).all.front();
        if (!found) return std::nullopt;
        return of.value(of.key(key), *found);
    }
};
/// Kafka's `TimestampedKeyQuery`.
template <class Key, class Value>
using timestamped_key_query = key_query<Key, value_and_timestamp<Value>>;
/// Kafka's `TimestampedKeyWithHeadersQuery`.
template <class Key, class Value>
using timestamped_key_with_headers_query = key_query<Key, value_timestamp_headers<Value>>;

/// The entries with from <= key <= to; nullopt leaves that side open (Kafka's `RangeQuery`).
template <class Key, class Value>
struct range_query {
    std::optional<Key> from{};
    std::optional<Key> to{};
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<key_value_kind, Key, Value>;
    using entry = key_value<Key, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return span_question{of.key(from), of.key(to), order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {of.key_of(row), of.value_of(row)};
    }
};
/// Kafka's `TimestampedRangeQuery`.
template <class Key, class Value>
using timestamped_range_query = range_query<Key, value_and_timestamp<Value>>;
/// Kafka's `TimestampedRangeWithHeadersQuery`.
template <class Key, class Value>
using timestamped_range_with_headers_query = range_query<Key, value_timestamp_headers<Value>>;

/// The entries whose key's bytes begin with those of `prefix`.
template <class Key, class Value, has_serde Prefix = Key>
struct prefix_query {
    Prefix prefix;
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<key_value_kind, Key, Value>;
    using entry = key_value<Key, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types&) const {
        prefix_question asked{.prefix = {}, .order = order};
        serde<Prefix>::serialize(prefix, asked.prefix);
        return asked;
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {of.key_of(row), of.value_of(row)};
    }
};

/// The windows of a key with from <= start <= to, by start (Kafka's `WindowKeyQuery`).
template <class Key, class Value>
struct window_key_query {
    Key key;
    std::int64_t from = 0;
    std::int64_t to = std::numeric_limits<std::int64_t>::max();
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<window_kind, Key, Value>;
    using entry = windowed_value<Key, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return key_times_question{of.key(key), from, to, order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {of.key_of(row), row.from, of.value_of(row)};
    }
};

/// Kafka's `TimestampedWindowKeyWithHeadersQuery`.
template <class Key, class Value>
using timestamped_window_key_with_headers_query = window_key_query<Key, value_timestamp_headers<Value>>;

/// The windows of keys in [first, last] (nullopt: open) with from <= start <= to, by key, then by start (Kafka's
/// `WindowRangeQuery.withWindowStartRange`).
template <class Key, class Value>
struct window_range_query {
    std::int64_t from = 0;
    std::int64_t to = std::numeric_limits<std::int64_t>::max();
    std::optional<Key> first{};
    std::optional<Key> last{};
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<window_kind, Key, Value>;
    using entry = windowed_value<Key, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return keys_times_question{of.key(first), of.key(last), from, to, order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {of.key_of(row), row.from, of.value_of(row)};
    }
};

/// Kafka's `TimestampedWindowRangeWithHeadersQuery.withWindowStartRange`.
template <class Key, class Value>
using timestamped_window_range_with_headers_query = window_range_query<Key, value_timestamp_headers<Value>>;

/// The sessions of a key with end >= `earliest_end` and start <= `latest_start`, by end (Kafka's
/// `WindowRangeQuery.withKey`).
template <class Key, class Value>
struct session_key_query {
    Key key;
    std::int64_t earliest_end = 0;
    std::int64_t latest_start = std::numeric_limits<std::int64_t>::max();
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<session_kind, Key, Value>;
    using entry = std::pair<session_windowed<Key>, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return key_times_question{of.key(key), earliest_end, latest_start, order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {{of.key_of(row), {row.from, row.to}}, of.value_of(row)};
    }
};

/// Kafka's `TimestampedWindowRangeWithHeadersQuery.withKey`, whose timestamp is the session's end.
template <class Key, class Value>
using session_key_with_headers_query = session_key_query<Key, aggregation_with_headers<Value>>;

/// The same of keys in [first, last] (nullopt: open), by key, then by end.
template <class Key, class Value>
struct session_range_query {
    std::int64_t earliest_end = 0;
    std::int64_t latest_start = std::numeric_limits<std::int64_t>::max();
    std::optional<Key> first{};
    std::optional<Key> last{};
    iteration_order order = iteration_order::ascending;

    using types = detail::queried_types<session_kind, Key, Value>;
    using entry = std::pair<session_windowed<Key>, Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return keys_times_question{of.key(first), of.key(last), earliest_end, latest_start, order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) {
        return {{of.key_of(row), {row.from, row.to}}, of.value_of(row)};
    }
};

namespace detail {
template <class Types>
[[nodiscard]] auto version_of(const Types& types, const found_row& row) {
    return version{types.value_of(row), row.from, row.to == still_valid ? std::nullopt : std::optional(row.to)};
}
} // namespace detail

/// The version of a key that was valid at `as_of`; nullopt: the latest (Kafka's `VersionedKeyQuery`).
template <class Key, class Value>
struct versioned_key_query {
    Key key;
    std::optional<std::int64_t> as_of{};

    using types = detail::queried_types<versioned_kind, Key, Value>;
    using result = std::optional<version<Value>>; ///< nullopt: none, or longer ago than the history retention
    [[nodiscard]] store_question question(const types& of) const { return version_question{of.key(key), as_of}; }
    [[nodiscard]] result read(const types& of, store_answer answer) const {
        const auto row = std::get<found_rows>(answer)->next();
        if (!row) return std::nullopt;
        return detail::version_of(of, *row);
    }
};

/// The versions of a key that were valid at some time in [from, to], by when they began (Kafka's
/// `MultiVersionedKeyQuery`).
template <class Key, class Value>
struct multi_versioned_key_query {
    Key key;
    std::int64_t from = 0;
    std::int64_t to = std::numeric_limits<std::int64_t>::max();
    iteration_order order = iteration_order::descending;

    using types = detail::queried_types<versioned_kind, Key, Value>;
    using entry = version<Value>;
    using result = store_range<entry>;
    [[nodiscard]] store_question question(const types& of) const {
        return history_question{of.key(key), from, to, order};
    }
    [[nodiscard]] static entry decode(const types& of, const found_row& row) { return detail::version_of(of, row); }
};

/// What kafka_streams::query takes.
template <class Query>
concept state_query = requires(const Query& query, const typename Query::types& types) {
    typename Query::result;
    query.question(types);
};

namespace detail {

/// The result of one partition.
template <state_query Query>
[[nodiscard]] typename Query::result result_of(const Query& query, const typename Query::types& types,
                                               store_answer answer) {
    if constexpr (requires { query.read(types, std::move(answer)); }) {
        return query.read(types, std::move(answer));
    } else {
        std::vector<found_rows> parts;
        parts.push_back(std::get<found_rows>(std::move(answer)));
        return decoded<typename Query::entry>(std::move(parts),
                                              [types](const found_row& row) { return Query::decode(types, row); });
    }
}

/// Asks a store; see kafka_streams::query.
template <state_query Query>
[[nodiscard]] state_query_result<typename Query::result> answered(store_reader& reader, std::string_view store,
                                                                  const Query& query, const query_options& options) {
    const typename Query::types types(reader.spec_of(store));
    state_query_result<typename Query::result> found;
    for (partition_answer& each : reader.ask(store, query.question(types), options)) {
        if (auto* failure = std::get_if<query_failure>(&each.content))
            found.partitions.emplace(each.partition,
                                     query_result<typename Query::result>(std::move(*failure), std::move(each.covers)));
        else
            found.partitions.emplace(
                each.partition,
                query_result<typename Query::result>(
                    result_of(query, types, std::get<store_answer>(std::move(each.content))), std::move(each.covers)));
    }
    return found;
}

} // namespace detail

} // namespace streams::inline v0
