#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/serde/serde.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/stored_headers.hpp>
#include <streams/state/value_and_timestamp.hpp>
#include <streams/state/value_timestamp_headers.hpp>
#include <streams/state/window_store.hpp>
#include <streams/testing/byte_driver.hpp>
#include <streams/testing/output_topic.hpp>

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

namespace detail {

/// The stores of one name over the tasks of a driver, and what their values are made of.
template <class Store, class Key, class Value>
class tested_stores {
    static_assert(!borrows_from_record<Key> && !borrows_from_record<Value>,
                  "test store: the type borrows from bytes that the store may drop; read it as an owning type, "
                  "std::string for std::string_view");

public:
    tested_stores(byte_driver& driver, std::string name, std::string_view kind)
        : name_(std::move(name)), timestamped_(driver.spec_of(name_).timestamped()),
          headers_(driver.spec_of(name_).keeps_headers()) {
        if (const auto& serdes = driver.spec_of(name_).serdes) {
            key_ = store_serdes::as<Key>(serdes->key);
            value_ = store_serdes::as<Value>(serdes->value);
        }
        for (state_store* store : driver.stores(name_)) {
            auto* typed = dynamic_cast<Store*>(store);
            if (!typed)
                throw topology_error(concat("store ", name_, " is no ", kind,
                                            " store; ask the driver for a store of the "
                                            "kind the topology declares"));
            stores_.push_back(typed);
        }
    }
    [[nodiscard]] const std::vector<Store*>& stores() const noexcept { return stores_; }
    [[nodiscard]] bytes key(const Key& key) const {
        bytes out;
        key_.serialize(key, out);
        return out;
    }
    [[nodiscard]] Key key(bytes_view in) const { return decode_for_test<Key>(key_, in, "key", name_); }
    /// Without a timestamp in the store: -1; without headers: none.
    [[nodiscard]] value_timestamp_headers<Value> value(bytes_view in) const {
        const bytes_view headers = headers_ ? cut_stored_headers(in) : bytes_view();
        const std::int64_t timestamp = timestamped_ ? load_big_endian<std::int64_t>(in.data()) : -1;
        const bytes_view plain = timestamped_ ? in.subview(8) : in;
        return {decode_for_test<Value>(value_, plain, "value", name_), timestamp, read_stored_headers(headers)};
    }

private:
    std::string name_;
    bool timestamped_;
    bool headers_;
    serde_for<Key> key_;
    serde_for<Value> value_;
    std::vector<Store*> stores_;
};

} // namespace detail

/// A key-value store under test, over all tasks. Valid as long as the driver.
template <has_serde Key, has_serde Value>
class test_key_value_store {
public:
    test_key_value_store(byte_driver& driver, std::string name) : tested_(driver, std::move(name), "key-value") {}

    /// nullopt: absent.
    [[nodiscard]] std::optional<Value> get(const Key& key) const {
        auto found = get_with_timestamp(key);
        if (!found) return std::nullopt;
        return std::move(found->value);
    }
    /// The timestamp is -1 in a store that keeps none.
    [[nodiscard]] std::optional<value_and_timestamp<Value>> get_with_timestamp(const Key& key) const {
        auto found = get_with_headers(key);
        if (!found) return std::nullopt;
        return value_and_timestamp<Value>{std::move(found->value), found->timestamp};
    }
    /// There are no headers in a store that keeps none.
    [[nodiscard]] std::optional<value_timestamp_headers<Value>> get_with_headers(const Key& key) const {
        const bytes at = tested_.key(key);
        for (auto* store : tested_.stores())
            if (const auto found = store->get(at)) return tested_.value(*found);
        return std::nullopt;
    }
    /// All entries, task by task, by key bytes.
    [[nodiscard]] std::vector<std::pair<Key, Value>> all() const {
        std::vector<std::pair<Key, Value>> entries;
        for (auto* store : tested_.stores()) {
            auto range = store->all();
            for (const store_entry& entry : range)
                entries.emplace_back(tested_.key(entry.key), tested_.value(entry.value).value);
        }
        return entries;
    }
    [[nodiscard]] std::map<Key, Value> map() const {
        std::map<Key, Value> entries;
        for (auto& [key, value] : all()) entries.insert_or_assign(std::move(key), std::move(value));
        return entries;
    }

private:
    detail::tested_stores<key_value_store, Key, Value> tested_;
};

/// One window of a window store under test.
template <class Key, class Value>
struct test_window_entry {
    Key key;
    std::int64_t start; ///< ms since the epoch
    Value value;

    friend bool operator==(const test_window_entry&, const test_window_entry&) = default;
};

/// A window store under test, over all tasks. Valid as long as the driver.
template <has_serde Key, has_serde Value>
class test_window_store {
public:
    test_window_store(byte_driver& driver, std::string name) : tested_(driver, std::move(name), "window") {}

    /// The value of the window that begins at `start`; nullopt: absent.
    [[nodiscard]] std::optional<Value> get(const Key& key, std::chrono::milliseconds start) const {
        auto found = get_with_headers(key, start);
        if (!found) return std::nullopt;
        return std::move(found->value);
    }
    /// The same with timestamp and headers; -1 and none in a store that keeps none.
    [[nodiscard]] std::optional<value_timestamp_headers<Value>> get_with_headers(
        const Key& key, std::chrono::milliseconds start) const {
        const bytes at = tested_.key(key);
        for (auto* store : tested_.stores())
            if (const auto found = store->fetch(at, start.count())) return tested_.value(*found);
        return std::nullopt;
    }
    /// The windows of one key, by start.
    [[nodiscard]] std::vector<test_window_entry<Key, Value>> fetch(const Key& key) const {
        const bytes at = tested_.key(key);
        return collect([&](window_store& store) { return store.fetch(at, 0, latest); });
    }
    /// Every window, task by task, by key bytes, then by start.
    [[nodiscard]] std::vector<test_window_entry<Key, Value>> all() const {
        return collect([](window_store& store) { return store.fetch_all(0, latest); });
    }

private:
    static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

    template <class Range>
    [[nodiscard]] std::vector<test_window_entry<Key, Value>> collect(Range range_of) const {
        std::vector<test_window_entry<Key, Value>> entries;
        for (auto* store : tested_.stores()) {
            auto range = range_of(*store);
            for (const window_entry& entry : range)
                entries.push_back({tested_.key(entry.key), entry.start, tested_.value(entry.value).value});
        }
        return entries;
    }

    detail::tested_stores<window_store, Key, Value> tested_;
};

/// A session store under test, over all tasks. Valid as long as the driver.
template <has_serde Key, has_serde Value>
class test_session_store {
public:
    using entry = std::pair<session_windowed<Key>, Value>;

    test_session_store(byte_driver& driver, std::string name) : tested_(driver, std::move(name), "session") {}

    /// nullopt: absent.
    [[nodiscard]] std::optional<Value> get(const session_windowed<Key>& session) const {
        auto found = get_with_headers(session);
        if (!found) return std::nullopt;
        return std::move(found->aggregation);
    }
    /// There are no headers in a store that keeps none.
    [[nodiscard]] std::optional<aggregation_with_headers<Value>> get_with_headers(
        const session_windowed<Key>& session) const {
        const bytes at = tested_.key(session.key);
        for (auto* store : tested_.stores())
            if (const auto found = store->fetch(at, session.window)) {
                auto value = tested_.value(*found);
                return aggregation_with_headers<Value>{std::move(value.value), std::move(value.headers)};
            }
        return std::nullopt;
    }
    /// The sessions of one key, by end.
    [[nodiscard]] std::vector<entry> fetch(const Key& key) const {
        const bytes at = tested_.key(key);
        return collect([&](session_store& store) { return store.find(at, 0, latest); });
    }
    /// Every session, task by task, by key bytes, then by end.
    [[nodiscard]] std::vector<entry> all() const {
        return collect([](session_store& store) { return store.find_range(std::nullopt, std::nullopt, 0, latest); });
    }

private:
    static constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();

    template <class Range>
    [[nodiscard]] std::vector<entry> collect(Range range_of) const {
        std::vector<entry> entries;
        for (auto* store : tested_.stores()) {
            auto range = range_of(*store);
            for (const session_entry& one : range)
                entries.push_back({{tested_.key(one.key), one.window}, tested_.value(one.value).value});
        }
        return entries;
    }

    detail::tested_stores<session_store, Key, Value> tested_;
};

} // namespace streams::inline v0
