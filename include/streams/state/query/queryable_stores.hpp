#pragma once

#include <streams/serde/windowed.hpp>
#include <streams/state/query/typed_queries.hpp>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Stores of a running application as other threads read them (Kafka's `ReadOnlyKeyValueStore` and its siblings from
/// `KafkaStreams#store`), over all partitions that this instance has or those that the options name:
/// kafka_streams::store makes them. All members are thread-safe, and throw an invalid_state_store_error where a
/// partition has no answer: the same call may succeed a little later. What they hand out owns its bytes. Ranges go
/// through the partitions one after the other, each as it was when the range was made.
namespace streams::inline v0 {

namespace detail {

/// What the views of all kinds share: a store by name, and how its keys and values are converted.
template <class Kind, class Key, class Value>
class queryable_store {
public:
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

protected:
    using types_type = queried_types<Kind, Key, Value>;

    queryable_store(std::shared_ptr<store_reader> reader, std::string name, query_options options)
        : reader_(std::move(reader)), name_(std::move(name)), options_(std::move(options)),
          types_(reader_->spec_of(name_)) {}

    [[nodiscard]] const types_type& types() const noexcept { return types_; }
    [[nodiscard]] std::vector<store_answer> ask(const store_question& question) const {
        std::vector<store_answer> answers;
        for (partition_answer& each : reader_->ask(name_, question, options_)) {
            if (const auto* failure = std::get_if<query_failure>(&each.content)) throw_failure(*failure);
            answers.push_back(std::get<store_answer>(std::move(each.content)));
        }
        if (answers.empty()) throw_nowhere(name_);
        return answers;
    }
    /// The rows of all partitions.
    template <class Query>
    [[nodiscard]] typename Query::result rows(const Query& query) const {
        std::vector<found_rows> parts;
        for (store_answer& each : ask(query.question(types_))) parts.push_back(std::get<found_rows>(std::move(each)));
        return decoded<typename Query::entry>(
            std::move(parts), [types = types_](const found_row& row) { return Query::decode(types, row); });
    }
    /// The result of the partition that has one.
    template <class Query>
    [[nodiscard]] typename Query::result first(const Query& query) const {
        for (store_answer& each : ask(query.question(types_)))
            if (auto found = query.read(types_, std::move(each))) return found;
        return std::nullopt;
    }

private:
    std::shared_ptr<store_reader> reader_;
    std::string name_;
    query_options options_;
    types_type types_;
};

} // namespace detail

/// A key-value store, with or without timestamps; `Value` is value_and_timestamp<V> to get them (Kafka's
/// `QueryableStoreTypes.timestampedKeyValueStore`).
template <class Key, class Value>
class queryable_key_value_store : public detail::queryable_store<key_value_kind, Key, Value> {
    using base = detail::queryable_store<key_value_kind, Key, Value>;

public:
    using entry = key_value<Key, Value>;

    /// Throws unknown_state_store_error, and invalid_state_store_error where the store is of another kind or of other
    /// types.
    queryable_key_value_store(std::shared_ptr<store_reader> reader, std::string name, query_options options = {})
        : base(std::move(reader), std::move(name), std::move(options)) {}

    /// nullopt: absent.
    [[nodiscard]] std::optional<Value> get(const Key& key) const { return base::first(key_query<Key, Value>{key}); }
    /// The values of several keys, in their order, for one wait: those of a partition are of one moment.
    [[nodiscard]] std::vector<std::optional<Value>> get_all(std::span<const Key> keys) const {
        keys_question question;
        for (const Key& key : keys) question.keys.push_back(base::types().key(key));
        std::vector<std::optional<Value>> found(keys.size());
        for (const store_answer& each : base::ask(question)) {
            const auto& values = std::get<found_values>(each).all;
            for (std::size_t at = 0; at < keys.size(); ++at)
                if (values[at]) found[at] = base::types().value(question.keys[at], *values[at]);
        }
        return found;
    }
    /// Entries with from <= key <= to by the order of the serialised keys; nullopt leaves that side open.
    [[nodiscard]] store_range<entry> range(std::optional<Key> from, std::optional<Key> to,
                                           iteration_order order = iteration_order::ascending) const {
        return base::rows(range_query<Key, Value>{std::move(from), std::move(to), order});
    }
    [[nodiscard]] store_range<entry> all(iteration_order order = iteration_order::ascending) const {
        return range(std::nullopt, std::nullopt, order);
    }
    /// Entries whose serialised key begins with that of `prefix`.
    template <has_serde Prefix>
    [[nodiscard]] store_range<entry> prefix_scan(const Prefix& prefix,
                                                 iteration_order order = iteration_order::ascending) const {
        return base::rows(prefix_query<Key, Value, Prefix>{prefix, order});
    }
    /// Exact or estimated count of entries, with those that are not committed.
    [[nodiscard]] std::uint64_t approximate_num_entries() const {
        std::uint64_t sum = 0;
        for (const store_answer& each : base::ask(count_question{})) sum += std::get<std::uint64_t>(each);
        return sum;
    }
};

/// A window store; `Value` as of queryable_key_value_store. Times are ms since the epoch.
template <class Key, class Value>
class queryable_window_store : public detail::queryable_store<window_kind, Key, Value> {
    using base = detail::queryable_store<window_kind, Key, Value>;
    static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

public:
    using entry = windowed_value<Key, Value>;

    /// Throws as queryable_key_value_store does.
    queryable_window_store(std::shared_ptr<store_reader> reader, std::string name, query_options options = {})
        : base(std::move(reader), std::move(name), std::move(options)) {}

    /// The value of the window that begins at `start`; nullopt: absent.
    [[nodiscard]] std::optional<Value> fetch(const Key& key, std::int64_t start) const {
        for (const entry& found : fetch(key, start, start)) return found.value;
        return std::nullopt;
    }
    /// The windows of one key with from <= start <= to, by start.
    [[nodiscard]] store_range<entry> fetch(const Key& key, std::int64_t from, std::int64_t to,
                                           iteration_order order = iteration_order::ascending) const {
        return base::rows(window_key_query<Key, Value>{key, from, to, order});
    }
    /// The windows of keys in [first, last] (nullopt: open), by the order of the serialised keys, then by start.
    [[nodiscard]] store_range<entry> fetch_range(std::optional<Key> first, std::optional<Key> last, std::int64_t from,
                                                 std::int64_t to,
                                                 iteration_order order = iteration_order::ascending) const {
        return base::rows(window_range_query<Key, Value>{from, to, std::move(first), std::move(last), order});
    }
    /// Every window with from <= start <= to, in that order.
    [[nodiscard]] store_range<entry> fetch_all(std::int64_t from, std::int64_t to,
                                               iteration_order order = iteration_order::ascending) const {
        return fetch_range(std::nullopt, std::nullopt, from, to, order);
    }
    /// Every window, in that order.
    [[nodiscard]] store_range<entry> all(iteration_order order = iteration_order::ascending) const {
        return fetch_all(0, latest, order);
    }
};

/// A session store. Times are ms since the epoch.
template <class Key, class Value>
class queryable_session_store : public detail::queryable_store<session_kind, Key, Value> {
    using base = detail::queryable_store<session_kind, Key, Value>;
    static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

public:
    using entry = std::pair<session_windowed<Key>, Value>;

    /// Throws as queryable_key_value_store does.
    queryable_session_store(std::shared_ptr<store_reader> reader, std::string name, query_options options = {})
        : base(std::move(reader), std::move(name), std::move(options)) {}

    /// The value of one session; nullopt: absent.
    [[nodiscard]] std::optional<Value> fetch(const session_windowed<Key>& session) const {
        for (const entry& found : find(session.key, session.window.end, session.window.start))
            if (found.first.window == session.window) return found.second;
        return std::nullopt;
    }
    /// The sessions of one key with end >= `earliest_end` and start <= `latest_start`, by end.
    [[nodiscard]] store_range<entry> find(const Key& key, std::int64_t earliest_end, std::int64_t latest_start,
                                          iteration_order order = iteration_order::ascending) const {
        return base::rows(session_key_query<Key, Value>{key, earliest_end, latest_start, order});
    }
    /// All sessions of one key, by end.
    [[nodiscard]] store_range<entry> find(const Key& key, iteration_order order = iteration_order::ascending) const {
        return find(key, 0, latest, order);
    }
    /// The sessions with end >= `earliest_end` and start <= `latest_start` of keys in [first, last] (nullopt: open), by
    /// the order of the serialised keys, then by end.
    [[nodiscard]] store_range<entry> find_range(std::optional<Key> first, std::optional<Key> last,
                                                std::int64_t earliest_end, std::int64_t latest_start,
                                                iteration_order order = iteration_order::ascending) const {
        return base::rows(
            session_range_query<Key, Value>{earliest_end, latest_start, std::move(first), std::move(last), order});
    }
    /// All sessions of keys in [first, last], in that order.
    [[nodiscard]] store_range<entry> find_range(std::optional<Key> first, std::optional<Key> last,
                                                iteration_order order = iteration_order::ascending) const {
        return find_range(std::move(first), std::move(last), 0, latest, order);
    }
};

/// A versioned store. Times are ms since the epoch.
template <class Key, class Value>
class queryable_versioned_store : public detail::queryable_store<versioned_kind, Key, Value> {
    using base = detail::queryable_store<versioned_kind, Key, Value>;

public:
    /// Throws as queryable_key_value_store does.
    queryable_versioned_store(std::shared_ptr<store_reader> reader, std::string name, query_options options = {})
        : base(std::move(reader), std::move(name), std::move(options)) {}

    /// The latest version; nullopt: absent.
    [[nodiscard]] std::optional<version<Value>> get(const Key& key) const {
        return base::first(versioned_key_query<Key, Value>{key});
    }
    /// The version that was valid at `as_of`; nullopt: none, or longer ago than the history retention.
    [[nodiscard]] std::optional<version<Value>> get(const Key& key, std::int64_t as_of) const {
        return base::first(versioned_key_query<Key, Value>{key, as_of});
    }
    /// The versions that were valid at some time in [from, to], the newest first.
    [[nodiscard]] store_range<version<Value>> history(const Key& key, std::int64_t from, std::int64_t to,
                                                      iteration_order order = iteration_order::descending) const {
        return base::rows(multi_versioned_key_query<Key, Value>{key, from, to, order});
    }
};

} // namespace streams::inline v0
