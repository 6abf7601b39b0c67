#pragma once

#include "state/hot/entry_chains.hpp"
#include "state/hot/hot_entry.hpp"
#include "state/hot/key_hash.hpp"

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_set.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// The entries of a store that are in memory, found by key; and, from the first ordered read on, those of them that an
/// ordered read must lay over the disk, in order. Entries stay where they are until erased.
class hot_tier {
public:
    struct entry_hash : key_hash {
        using key_hash::operator();
        std::size_t operator()(const hot_entry* entry) const noexcept { return (*this)(entry->key()); }
    };
    struct key_equal {
        using is_transparent = void;
        bool operator()(const hot_entry* a, const hot_entry* b) const noexcept { return a->has_key(b->key()); }
        bool operator()(const hot_entry* a, bytes_view b) const noexcept { return a->has_key(b); }
        bool operator()(bytes_view a, const hot_entry* b) const noexcept { return b->has_key(a); }
    };
    struct key_less {
        using is_transparent = void;
        bool operator()(const hot_entry* a, const hot_entry* b) const noexcept { return a->key() < b->key(); }
        bool operator()(const hot_entry* a, bytes_view b) const noexcept { return a->key() < b; }
        bool operator()(bytes_view a, const hot_entry* b) const noexcept { return a < b->key(); }
    };
    using table = absl::flat_hash_set<hot_entry*, entry_hash, key_equal>;
    using ordered_entries = absl::btree_set<hot_entry*, key_less>;

    /// `all_ordered`: an ordered read needs every entry (there is no disk); else those that differ from the disk.
    /// `chains`: see entry_chains; without, entries are found by their whole keys.
    explicit hot_tier(bool all_ordered, chain_keys chains = {}) : all_ordered_(all_ordered) {
        if (chains.any()) chains_.emplace(chains);
    }
    ~hot_tier();
    hot_tier(const hot_tier&) = delete;
    hot_tier& operator=(const hot_tier&) = delete;

    /// Null: not in memory.
    [[nodiscard]] hot_entry* find(bytes_view key) {
        if (is_last_found(key)) return last_found_;
        hot_entry* const found = search(key);
        if (found) last_found_ = found;
        return found;
    }
    /// See entry_chains::between. REQUIRES: chains.
    [[nodiscard]] std::span<hot_entry* const> between(bytes_view first, bytes_view last_tail) const {
        return chains_->between(first, last_tail);
    }
    /// See entry_chains::from. REQUIRES: chains.
    [[nodiscard]] std::span<hot_entry* const> chain_from(bytes_view first) const { return chains_->from(first); }
    /// REQUIRES: not in memory.
    hot_entry* insert(bytes_view key, entry_state state) { return find_or_insert(key, state); }
    [[nodiscard]] hot_entry* find_or_insert(bytes_view key, entry_state state_if_new) {
        return is_last_found(key) ? last_found_ : search_or_insert(key, state_if_new);
    }
    /// What the next `find` is likely to ask for.
    void expect(hot_entry& entry) noexcept { last_found_ = &entry; }
    /// Gives `entry` a pending update, if it has none, and makes it dirty.
    pending_update& pend(hot_entry& entry) { return entry.pending ? *entry.pending : add_update(entry); }
    /// A pending update for the changelog alone, with an entry that no read finds.
    pending_update& pend_log_only(bytes_view key);
    /// Forgets a pending update whose entry has become what it is without; an entry that was for the changelog alone goes with it.
    void release(pending_update& update) noexcept;
    /// To be called before a release after which the update's memory is still looked at.
    void keep_next_released() {
        if (free_.size() == free_.capacity()) free_.reserve(2 * free_.size() + 16);
    }
    void set_value(hot_entry& entry, std::optional<bytes_view> value) { set_value(entry, {}, value); }
    /// `head | tail`; nullopt deletes.
    void set_value(hot_entry& entry, bytes_view head, std::optional<bytes_view> tail);
    /// The committed value and `with` change places.
    void swap_value(hot_entry& entry, value_slot& with) noexcept;

    /// To be called when an entry may have become equal to the disk.
    void update_order(hot_entry& entry) {
        if (ordered_) update_ordered(entry);
    }
    /// REQUIRES: nothing pending.
    void erase(hot_entry& entry);
    /// Erases every entry without a pending update for which `condemned(entry)`.
    template <class Condition>
    void erase_if(Condition condemned);

    /// The entries an ordered read needs, by key. Built at the first call. Valid while `changes` stays as it is.
    [[nodiscard]] const ordered_entries& ordered();
    /// Grows when entries come, go or move: what was found in an order or a chain before is valid no more.
    [[nodiscard]] std::uint64_t changes() const noexcept { return changes_; }
    [[nodiscard]] std::size_t size() const noexcept { return chains_ ? chains_->size() : entries_.size(); }
    /// Bytes of the entries and of what is pending on them.
    [[nodiscard]] std::size_t entry_bytes() const noexcept { return heap_bytes_ + size() * slot_bytes; }
    /// About what an entry of that key and value takes, with what leads to it.
    [[nodiscard]] static std::size_t bytes_of(bytes_view key, std::optional<bytes_view> value) noexcept {
        constexpr std::size_t index = 6 * slot_bytes; // a table may be half empty, and a chain is more than a slot
        return heap_block(sizeof(hot_entry) + key.size()) + value_slot::heap_bytes_of(value) + index;
    }
    /// Gives memory of the table back where most of it is unused.
    void shrink();
    /// Gives back what is kept for the updates to come beyond so many bytes.
    void trim_kept(std::size_t bytes) noexcept;
    /// Bytes held, by capacity.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
    void account(std::size_t before, std::size_t after) noexcept { heap_bytes_ += after - before; }

private:
    static constexpr std::size_t slot_bytes = sizeof(hot_entry*) + 1;

    [[nodiscard]] bool is_ordered(const hot_entry& entry) const noexcept {
        return all_ordered_ || entry.state != entry_state::clean;
    }
    [[nodiscard]] bool is_last_found(bytes_view key) const noexcept {
        return last_found_ != nullptr && last_found_->has_key(key);
    }
    /// Null: none.
    [[nodiscard]] hot_entry* search(bytes_view key) const;
    [[nodiscard]] hot_entry* search_or_insert(bytes_view key, entry_state state_if_new);
    [[nodiscard]] pending_update& add_update(hot_entry& entry);
    void update_ordered(hot_entry& entry);
    void forget(hot_entry& entry) noexcept;
    template <class Visit>
    void for_each(Visit visit) const {
        if (chains_) return chains_->for_each(visit);
        for (hot_entry* entry : entries_) visit(entry);
    }

    bool all_ordered_;
    table entries_; ///< empty where there are chains
    std::optional<entry_chains> chains_;
    std::unique_ptr<ordered_entries> ordered_;
    hot_entry* last_found_ = nullptr; ///< a put mostly follows a get of its key
    std::vector<std::unique_ptr<pending_update>> free_;
    std::uint64_t changes_ = 1;
    std::size_t pending_count_ = 0;
    std::size_t heap_bytes_ = 0; ///< of entries and values
    std::size_t kept_bytes_ = 0; ///< of values in `free_`
};

template <class Condition>
void hot_tier::erase_if(Condition condemned) {
    if (chains_)
        return chains_->erase_if([&](hot_entry& entry) { return !entry.pending && condemned(entry); },
                                 [this](hot_entry& entry) { forget(entry); });
    for (auto at = entries_.begin(); at != entries_.end();) {
        hot_entry* entry = *at;
        if (entry->pending || !condemned(*entry)) {
            ++at;
            continue;
        }
        entries_.erase(at++);
        forget(*entry);
    }
}

} // namespace streams::inline v0
