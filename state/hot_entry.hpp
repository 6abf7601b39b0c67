#pragma once

#include "state/value_slot.hpp"

#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>

#include <cstdint>
#include <memory>

namespace streams::inline v0 {

struct hot_entry;

/// What a key was set to since the last commit. Lives from the first write after a commit to the next one.
struct pending_update {
    hot_entry* entry = nullptr;
    value_slot value;   ///< the newest: what reads see
    value_slot drained; ///< where `dirty && has_drained`: what the changelog got before the newest value
    bool dirty = false;       ///< `value` is not in the changelog yet
    bool has_drained = false; ///< the changelog got something since the last commit: `drained` if dirty, else `value`
    bool made = false;        ///< the key was absent before the first write
    bool log_only = false;    ///< only for the changelog (and downstream): the store refused it; `entry` is owned
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
    enum class content : std::uint8_t {
        unknown,   ///< written without being read: what the disk holds was never asked
        clean,     ///< `value` is what the disk holds; in a store without disk: committed
        unwritten, ///< `value` is committed and newer than the disk
    };

    pending_update* pending = nullptr;
    value_slot value;
    std::uint32_t key_size = 0;
    content state = content::unknown;
    bool referenced = false; ///< used since the last sweep

    [[nodiscard]] bytes_view key() const noexcept {
        return {reinterpret_cast<const std::byte*>(this + 1), key_size};
    }
    /// The last bytes differ where any do, mostly: numbers and times are there.
    [[nodiscard]] bool has_key(bytes_view other) const noexcept {
        std::uint64_t own_end = 0;
        std::uint64_t other_end = 0;
        if (key_size != other.size()) return false;
        if (key_size >= sizeof own_end) {
            std::memcpy(&own_end, key().end() - sizeof own_end, sizeof own_end);
            std::memcpy(&other_end, other.end() - sizeof other_end, sizeof other_end);
        }
        return own_end == other_end && key() == other;
    }
    /// What reads see. REQUIRES: pending, or the state is not unknown.
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
