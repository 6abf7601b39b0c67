#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/stores/typed_value.hpp>
#include <streams/dsl/detail/stores/window_key.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/serde/windowed.hpp>
#include <streams/state/state_store.hpp>
#include <streams/topology/node.hpp>
#include <streams/topology/task_context.hpp>

#include <optional>

namespace streams::inline v0::detail {

/// Reads the key that a key-value store flushes.
template <class Key>
struct plain_store_key {
    using key_type = Key;
    streams::window_ends
        window_ends{}; ///< of windowed keys, whose bytes lack the end; unknown: as their serde reads it
    typed_key<Key> bytes_of_key{};

    void open(const state_store& store) { bytes_of_key.open(store); }
    void operator()(bytes_view in, std::optional<Key>& key) const {
        bytes_of_key.read(in, key);
        if constexpr (time_windowed_key<Key>) {
            if (window_ends.known()) key->window.end = window_ends(key->window.start);
        }
    }
};

/// Reads the key that a window store flushes: `key | start:8 | sequence:4`.
template <class Key>
struct window_store_key {
    using key_type = windowed<Key>;
    window_ends ends{};
    typed_key<Key> inner_key{};

    void open(const state_store& store) { inner_key.open(store); }
    void operator()(bytes_view in, std::optional<windowed<Key>>& key) const {
        constexpr std::size_t suffix = sizeof(std::int64_t) + sizeof(std::int32_t);
        const bytes_view inner = without_suffix(in, suffix);
        const auto start = load_big_endian<std::int64_t>(inner.end());
        key.emplace(windowed<Key>{inner_key.decoded(inner), {start, ends(start)}});
    }
};

/// Reads the key that a session store flushes: `key | end:8 | start:8`. Its values carry no timestamp: a session's is its
/// end.
template <class Key>
struct session_store_key {
    using key_type = session_windowed<Key>;
    typed_key<Key> inner_key{};

    void open(const state_store& store) { inner_key.open(store); }
    void operator()(bytes_view in, std::optional<key_type>& key) const {
        constexpr std::size_t suffix = 2 * sizeof(std::int64_t);
        const bytes_view inner = without_suffix(in, suffix);
        const auto end = load_big_endian<std::int64_t>(inner.end());
        const auto start = load_big_endian<std::int64_t>(inner.end() + sizeof end);
        key.emplace(key_type{inner_key.decoded(inner), {start, end}});
    }
    static std::int64_t time_of(const key_type& key) noexcept { return key.window.end; }
};

/// The updates have the time that their key says.
template <class StoreKey>
concept tells_time = requires(const typename StoreKey::key_type& key) { StoreKey::time_of(key); };

/// Forwards the updates of a table: each as it comes, or, where the store caches, the last of each key per commit
/// (Kafka's `TimestampedTupleForwarder`).
template <class StoreKey, class Value>
class update_forwarder final : public flush_listener {
public:
    using key_type = typename StoreKey::key_type;

    update_forwarder(StoreKey read_key, bool send_old) : read_key_(std::move(read_key)), send_old_(send_old) {}

    void init(state_store& store, const outputs<key_type, change<Value>>& to, task_context& context) {
        to_ = &to;
        context_ = &context;
        read_key_.open(store);
        value_.open(store);
        keeps_headers_ = store.keeps_headers();
        on_flush_ = store.forward_on_flush(*this, send_old_);
    }
    /// Updates leave when the store is flushed; otherwise the node calls `forward`.
    [[nodiscard]] bool on_flush() const noexcept { return on_flush_; }
    /// Old values are to be forwarded with each update.
    [[nodiscard]] bool needs_old() const noexcept { return send_old_ && !on_flush_; }
    void forward(const record<key_type, change<Value>>& r) const { to_->forward(r); }

    void flushed(const flushed_entry& entry) override {
        read_key_(entry.key, key_);
        std::int64_t timestamp = entry.timestamp;
        const auto old_bytes = send_old_ ? entry.old_value : std::nullopt;
        if constexpr (tells_time<StoreKey>) {
            value_.read_plain(entry.key, entry.new_value, new_value_);
            value_.read_plain(entry.key, old_bytes, old_value_);
            timestamp = StoreKey::time_of(*key_);
        } else {
            const std::int64_t stored = value_.read(entry.key, entry.new_value, new_value_);
            value_.read(entry.key, old_bytes, old_value_);
            if (entry.new_value) timestamp = stored;
        }
        const change<Value> update{pointer_to(new_value_), pointer_to(old_value_)};
        streams::headers stored = stored_headers(entry);
        const record<key_type, change<Value>> r{*key_, update, timestamp,
                                                tells_time<StoreKey> && keeps_headers_ ? stored : entry.headers};
        // A full cache is flushed in the middle of another record, which stays at hand afterwards.
        const record_scope flushed(*context_, {entry.metadata, r.timestamp, &r.headers});
        to_->forward(r);
    }

private:
    /// Those of a session, which is forwarded with what it was stored with, where its store keeps headers.
    [[nodiscard]] streams::headers stored_headers(const flushed_entry& entry) const {
        if (!tells_time<StoreKey> || !keeps_headers_ || !entry.new_value) return {};
        bytes_view value = *entry.new_value;
        return read_stored_headers(cut_stored_headers(value));
    }

    StoreKey read_key_;
    typed_value<Value> value_;
    bool send_old_;
    bool on_flush_ = false;
    bool keeps_headers_ = false;
    const outputs<key_type, change<Value>>* to_ = nullptr;
    task_context* context_ = nullptr;
    std::optional<key_type> key_;
    std::optional<Value> new_value_;
    std::optional<Value> old_value_;
};

} // namespace streams::inline v0::detail
