#pragma once

#include <streams/dsl/change.hpp>
#include <streams/dsl/detail/stores/typed_stores.hpp>
#include <streams/dsl/detail/stores/update_forwarder.hpp>
#include <streams/dsl/suppressed.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/state/change_buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

namespace streams::inline v0::detail {

/// A key of a window, of whatever kind.
template <class Key>
concept has_window = requires(const Key& key) { key.window.end; };

/// How long a suppress node holds updates back, and how many.
struct suppress_plan {
    std::string store{};
    std::int64_t wait = 0; ///< ms after the time of an update
    std::size_t max_records = std::numeric_limits<std::size_t>::max();
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();
    when_full full = when_full::shut_down;
    bool final_results = false;         ///< the time of an update is the end of its window, and deletions never leave
    streams::window_ends window_ends{}; ///< of windowed keys
};

[[noreturn]] void throw_full_buffer(const suppress_plan& plan, const held_changes& buffer);

/// Holds the updates of a table back (Kafka's `KTableSuppressProcessor`).
template <class Key, class Value>
class suppress_node final : public typed_node<Key, change<Value>, Key, change<Value>> {
public:
    explicit suppress_node(suppress_plan plan) : plan_(std::move(plan)), read_key_{plan_.window_ends} {}

    void init(task_context& context) override {
        context_ = &context;
        buffer_.open(context, plan_.store);
        read_key_.open(*buffer_);
        key_bytes_.open(*buffer_);
        new_bytes_.open(*buffer_);
        old_bytes_.open(*buffer_);
    }

    void process(const record<Key, change<Value>>& r) override {
        observed_ = std::max(observed_, r.timestamp);
        key_bytes_.write(r.key);
        buffer_.of(r).put(time_of(r), key_bytes_.view(), new_bytes_.write_plain(r.value.new_value),
                          old_bytes_.write_plain(r.value.old_value));
        while (buffer_->entries() > 0 && buffer_->oldest_time() <= observed_ - plan_.wait) emit_oldest();
        if (!over_capacity()) return;
        if (plan_.full == when_full::shut_down) throw_full_buffer(plan_, *buffer_);
        while (over_capacity()) emit_oldest();
    }

private:
    [[nodiscard]] std::int64_t time_of(const record<Key, change<Value>>& r) const noexcept {
        if constexpr (has_window<Key>)
            return plan_.final_results ? r.key.window.end : r.timestamp;
        else
            return r.timestamp;
    }
    [[nodiscard]] bool over_capacity() const noexcept {
        return buffer_->entries() > plan_.max_records || buffer_->entry_bytes() > plan_.max_bytes;
    }

    void emit_oldest() {
        const buffered_change held = buffer_->oldest();
        if (held.new_value || !plan_.final_results) {
            read_key_(held.key, key_);
            new_bytes_.read_plain(held.key, held.new_value, new_value_);
            old_bytes_.read_plain(held.key, held.old_value, old_value_);
            const change<Value> update{pointer_to(new_value_), pointer_to(old_value_)};
            const record_scope let_go(*context_, {held.metadata, held.timestamp, &held.headers});
            this->forward({*key_, update, held.timestamp, held.headers});
        }
        // What follows this node still sees the row as it was before, until it has been called.
        buffer_->remove_oldest();
    }

    suppress_plan plan_;
    plain_store_key<Key> read_key_;
    task_context* context_ = nullptr;
    node_store<change_buffer> buffer_;
    std::int64_t observed_ = -1; ///< the largest timestamp seen, ms
    typed_key<Key> key_bytes_;
    typed_value<Value> new_bytes_;
    typed_value<Value> old_bytes_;
    std::optional<Key> key_;
    std::optional<Value> new_value_;
    std::optional<Value> old_value_;
};

} // namespace streams::inline v0::detail
