#pragma once

#include "state/hot/entry_state.hpp"
#include "state/hot/same_key.hpp"
#include "state/hot/value_slot.hpp"

#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>

#include <cassert>
#include <cstdint>
#include <memory>

namespace streams::inline v0 {

struct hot_entry;

/// What a key was set to since the last commit. Lives from the first write after a commit to the next one.
struct pending_update {
    hot_entry* entry = nullptr;
    value_slot value;   ///< the newest: what reads see
    value_slot drained; ///< where the entry is redirtied: what the changelog got before the newest value
    entry_state below = entry_state::unread; ///< what the entry's state is without this
    bool made = false;                       ///< the key was absent before the first write
    bool log_only = false;          ///< only for the changelog (and downstream): the store refused it; `entry` is owned
    std::uint32_t log_sequence = 0; ///< stores with duplicates: the sequence number the changelog gets
    std::uint64_t order = 0;        ///< of the last write, over all keys
    std::int64_t timestamp = -1;    ///< of the record of the last write
    record_metadata metadata{};     ///< of the record of the last write; its topic outlives the task's stores
    std::uint32_t charge = 0;       ///< bytes of the forwarding cache
    std::uint32_t position = 0;     ///< among the updates of the store that are not committed
    std::unique_ptr<streams::headers> headers; ///< of the record of the last write; null: none, or not needed
};

/// One key in memory, in a block of its own: its committed value, and what is pending on top. The key's bytes follow.
struct hot_entry {
    pending_update* pending = nullptr;
    value_slot value;
    std::uint32_t key_size = 0;
    entry_state state = entry_state::unread;
    bool referenced = false; ///< used since the last sweep

    [[nodiscard]] bytes_view key() const noexcept { return {reinterpret_cast<const std::byte*>(this + 1), key_size}; }
    [[nodiscard]] bool has_key(bytes_view other) const noexcept { return same_key(key(), other); }
    /// REQUIRES: may_become(state, next).
    void become(entry_state next) noexcept {
        assert(may_become(state, next));
        state = next;
    }
    /// The state without what is pending.
    [[nodiscard]] entry_state committed_state() const noexcept { return pending ? pending->below : state; }
    void set_committed_state(entry_state committed) noexcept {
        pending ? void(pending->below = committed) : become(committed);
    }
    /// What reads see. REQUIRES: pending, or the state is not unread.
    [[nodiscard]] std::optional<bytes_view> visible() const noexcept {
        return pending ? pending->value.get() : value.get();
    }

    [[nodiscard]] static hot_entry* make(bytes_view key);
    static void destroy(hot_entry* entry) noexcept;
    /// Bytes of the block and of the committed value.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return heap_block(sizeof(hot_entry) + key_size) + value.heap_bytes();
    }
};

} // namespace streams::inline v0
