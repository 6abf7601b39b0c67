#pragma once

#include <streams/dsl/detail/stores/typed_value.hpp>
#include <streams/state/key_value_store.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/versioned_store.hpp>
#include <streams/state/window_store.hpp>
#include <streams/topology/node_store.hpp>

#include <string_view>
#include <vector>

namespace streams::inline v0::detail {

/// What became of an update of a table's store.
struct row_put {
    bool stored = true; ///< false: a versioned store refused it; nothing is forwarded
    bool latest = true; ///< false: out of order in a versioned store
};

/// The store of a table, timestamped key-value or versioned, typed. Serialises into buffers that are used again.
template <class Key, class Value>
class typed_key_values {
public:
    void open(task_context& context, std::string_view name) {
        if (!versions_.open_if(context, name)) plain_.open(context, name);
        key_.open(store());
        value_.open(store());
    }
    [[nodiscard]] state_store& store() noexcept {
        if (versions_) return *versions_;
        return *plain_;
    }
    [[nodiscard]] bool versioned() const noexcept { return static_cast<bool>(versions_); }

    /// The key of the calls that follow.
    void at(const Key& key) { key_.write(key); }
    /// The latest value. Returns the timestamp, -1 where there is no value.
    std::int64_t get(std::optional<Value>& value) {
        if (versions_) return read(versions_->get(key_.view()), value);
        return value_.read(key_.view(), plain_->get(key_.view()), value);
    }
    /// The value at a time. REQUIRES: versioned().
    std::int64_t get(std::optional<Value>& value, std::int64_t as_of) {
        return read(versions_->get(key_.view(), as_of), value);
    }
    /// `r` changes the row to that value. Null deletes.
    template <class KeyIn, class ValueIn>
    row_put put(const record<KeyIn, ValueIn>& r, const Value* value, std::int64_t timestamp) {
        if (versions_) {
            const version_put done = versions_.of(r).put(key_.view(), value_.write_plain(value), timestamp);
            return {done.stored, done.latest()};
        }
        plain_.of(r).put(key_.view(), value_.write(value, timestamp));
        return {};
    }

private:
    std::int64_t read(const std::optional<versioned_record>& found, std::optional<Value>& value) const {
        value_.read_plain(key_.view(), found ? std::optional(found->value) : std::nullopt, value);
        return found ? found->valid_from : -1;
    }

    node_store<key_value_store> plain_;
    node_store<versioned_store> versions_;
    typed_key<Key> key_;
    typed_value<Value> value_;
};

/// A timestamped window store, typed.
template <class Key, class Value>
class typed_windows {
public:
    void open(task_context& context, std::string_view name) {
        store_.open(context, name);
        key_.open(*store_);
        value_.open(*store_);
    }
    [[nodiscard]] read_only_window_store& store() noexcept { return *store_; }

    void at(const Key& key) { key_.write(key); }
    /// The value of a window, which is told by its start. Returns its timestamp, -1 where there is no value.
    std::int64_t get(const window& at, std::optional<Value>& value) {
        return value_.read(key_.view(), store_->fetch(key_.view(), at.start), value);
    }
    /// What an entry of the store holds. Returns its timestamp.
    std::int64_t read(const window_entry& entry, std::optional<Value>& value) const {
        return value_.read(entry.key, entry.value, value);
    }
    [[nodiscard]] Key key_of(bytes_view in) const { return key_.decoded(in); }
    /// The windows of the key with from <= start <= to, by start. Valid until the next call.
    [[nodiscard]] const std::vector<window_entry>& fetch(std::int64_t from, std::int64_t to,
                                                         iteration_order direction) {
        store_->fetch_into(key_.view(), from, to, direction, found_);
        return found_;
    }
    /// `r` changes the window to that value.
    template <class KeyIn, class ValueIn>
    void put(const record<KeyIn, ValueIn>& r, std::int64_t start, const Value* value, std::int64_t timestamp) {
        store_.of(r).put(key_.view(), value_.write(value, timestamp), start);
    }

private:
    node_store<window_store> store_;
    std::vector<window_entry> found_; ///< used again
    typed_key<Key> key_;
    typed_value<Value> value_;
};

/// A session store, typed.
template <class Key, class Value>
class typed_sessions {
public:
    void open(task_context& context, std::string_view name) {
        store_.open(context, name);
        key_.open(*store_);
        value_.open(*store_);
    }
    [[nodiscard]] read_only_session_store& store() noexcept { return *store_; }

    void at(const Key& key) { key_.write(key); }
    /// The sessions of the key with end >= `earliest_end` and start <= `latest_start`, by end.
    /// Valid until the next call.
    [[nodiscard]] const std::vector<session_entry>& find(std::int64_t earliest_end, std::int64_t latest_start) {
        store_->find_into(key_.view(), earliest_end, latest_start, found_);
        return found_;
    }
    /// The value of a session. Returns its timestamp, which is its end.
    std::int64_t get(const window& session, std::optional<Value>& value) {
        value_.read_plain(key_.view(), store_->fetch(key_.view(), session), value);
        return session.end;
    }
    /// What an entry of the store holds. Returns its timestamp.
    std::int64_t read(const session_entry& entry, std::optional<Value>& value) const {
        value_.read_plain(entry.key, entry.value, value);
        return entry.window.end;
    }
    [[nodiscard]] Key key_of(bytes_view in) const { return key_.decoded(in); }
    /// `r` changes the session to that value. Null deletes.
    template <class KeyIn, class ValueIn>
    void put(const record<KeyIn, ValueIn>& r, const window& session, const Value* value) {
        store_.of(r).put(key_.view(), value_.write_plain(value), session);
    }

private:
    node_store<session_store> store_;
    std::vector<session_entry> found_; ///< used again
    typed_key<Key> key_;
    typed_value<Value> value_;
};

} // namespace streams::inline v0::detail
