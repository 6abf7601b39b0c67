#pragma once

#include "src/core/memory_limits.hpp"
#include "state/hot/key_hash.hpp"

#include <streams/core/bytes.hpp>

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Whether a map has a key; `unread`: as the disk says, which was not asked.
enum class presence : std::uint8_t { absent, present, unread };

/// The ranges over a map that are being read, and the keys that come and go ahead of them: a range hands out the keys that
/// were there when it was made, or at the last commit since, however much is written meanwhile.
class open_ranges {
public:
    /// A range that is being read, until it leaves.
    class range {
    public:
        range(const range&) = delete;
        range& operator=(const range&) = delete;

    protected:
        explicit range(open_ranges& among) : among_(&among), made_at_(among.now_) { among.open_.push_back(this); }
        virtual ~range() { leave(); }
        /// When it was made, in the history's own time.
        [[nodiscard]] std::uint64_t made_at() const noexcept { return made_at_; }
        /// Writes are of no concern any more.
        void leave() noexcept;
        /// Whether the key may still be handed out.
        [[nodiscard]] virtual bool is_ahead(bytes_view key) const noexcept = 0;
        /// The map goes: nothing of it may be touched after this call.
        virtual void abandon() noexcept = 0;

    private:
        friend class open_ranges;
        open_ranges* among_;
        std::uint64_t made_at_;
    };

    open_ranges() = default;
    open_ranges(const open_ranges&) = delete;
    open_ranges& operator=(const open_ranges&) = delete;
    ~open_ranges() { abandon_all(); }

    [[nodiscard]] bool any() const noexcept { return !open_.empty(); }
    /// A write is about to make the key come or go.
    void note(bytes_view key, presence before);
    /// Whether a key that is there now was there for a range of that time.
    [[nodiscard]] presence before(bytes_view key, std::uint64_t made_at) const {
        return history_.empty() ? presence::present : before_changes(key, made_at);
    }
    /// A buffer for a range, and back again, so that few ranges allocate.
    [[nodiscard]] bytes take_buffer() noexcept {
        if (spare_.empty()) return {};
        bytes taken = std::move(spare_.back());
        spare_.pop_back();
        return taken;
    }
    void give_back(bytes&& buffer) {
        if (spare_.size() < memory::kept_range_buffers && buffer.capacity() <= memory::kept_range_buffer)
            spare_.push_back(std::move(buffer));
    }
    /// From now on ranges hand out what is there now.
    void forget_history() noexcept { history_.clear(); }
    void abandon_all() noexcept;

private:
    struct key_equal {
        using is_transparent = void;
        bool operator()(bytes_view a, bytes_view b) const noexcept { return a == b; }
    };
    struct change {
        std::uint64_t at;
        presence before;
    };

    [[nodiscard]] presence before_changes(bytes_view key, std::uint64_t made_at) const;

    std::vector<range*> open_;
    std::vector<bytes> spare_;
    std::uint64_t now_ = 0;
    absl::flat_hash_map<bytes, absl::InlinedVector<change, 1>, key_hash, key_equal> history_; ///< since the last commit
};

} // namespace streams::inline v0
