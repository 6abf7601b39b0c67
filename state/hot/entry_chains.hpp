#pragma once

#include "state/hot/chain_keys.hpp"
#include "state/hot/hot_entry.hpp"
#include "state/hot/key_hash.hpp"
#include "state/hot/same_key.hpp"

#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Entries by the middle of their keys, each such chain ordered by the last bytes: the windows or sessions of one record key,
/// by time; the subscribers of one foreign key. New entries mostly come last.
class entry_chains {
public:
    explicit entry_chains(chain_keys keys) noexcept : keys_(keys), chains_(0, hash{keys}, equal{keys}) {}

    /// The entry of that key; null: none.
    [[nodiscard]] hot_entry* find(bytes_view key) const;
    /// The entries of the chain of `first` from there to the one that ends in `last_tail`, in order. Valid until the next
    /// change.
    [[nodiscard]] std::span<hot_entry* const> between(bytes_view first, bytes_view last_tail) const;
    /// The entries of the chain of `first` from there on, in order. Valid until the next change.
    [[nodiscard]] std::span<hot_entry* const> from(bytes_view first) const;
    struct found_entry {
        hot_entry* entry;
        bool is_new;
    };
    /// The entry of that key; where there is none, one that is made.
    [[nodiscard]] found_entry find_or_insert(bytes_view key);
    void erase(const hot_entry& entry);
    /// Hands the entries for which `condemned(entry)` to `forget` and drops them; all are asked first.
    template <class Condition, class Forget>
    void erase_if(Condition condemned, Forget forget);
    template <class Visit>
    void for_each(Visit visit) const {
        for (const chain& each : chains_)
            for (hot_entry* entry : each.entries()) visit(entry);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    void shrink() {
        last_found_ = nullptr;
        if (chains_.size() < chains_.capacity() / 4) chains_.rehash(chains_.size() * 2);
    }
    /// Bytes held, without the entries.
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return chains_.capacity() * (sizeof(chain) + 1) + size_ * sizeof(hot_entry*);
    }

private:
    using entries_of_chain = absl::InlinedVector<hot_entry*, 2>;
    /// Never empty. What changes does not change its place among the chains.
    class chain {
    public:
        explicit chain(hot_entry* first) : entries_{first}, newest_(first) {}
        /// By key.
        [[nodiscard]] entries_of_chain& entries() const noexcept { return entries_; }
        /// The last of them, which is asked for most, without the way through them.
        [[nodiscard]] hot_entry* newest() const noexcept { return newest_; }
        [[nodiscard]] bytes_view key() const noexcept { return newest_->key(); }
        /// To be called after each change of the entries.
        void changed() const noexcept { newest_ = entries_.back(); }

    private:
        mutable entries_of_chain entries_;
        mutable hot_entry* newest_;
    };
    struct hash {
        using is_transparent = void;
        chain_keys keys;
        std::size_t operator()(bytes_view key) const noexcept { return key_hash{}(keys.middle(key)); }
        std::size_t operator()(const chain& one) const noexcept { return (*this)(one.key()); }
    };
    struct equal {
        using is_transparent = void;
        chain_keys keys;
        [[nodiscard]] bool same(bytes_view a, bytes_view b) const noexcept {
            return same_key(keys.middle(a), keys.middle(b));
        }
        bool operator()(const chain& a, const chain& b) const noexcept { return same(a.key(), b.key()); }
        bool operator()(const chain& a, bytes_view b) const noexcept { return same(a.key(), b); }
        bool operator()(bytes_view a, const chain& b) const noexcept { return same(a, b.key()); }
    };

    /// Whether the chain found last is that of this key.
    [[nodiscard]] bool is_last_found(bytes_view key) const noexcept {
        return last_found_ && same_key(keys_.middle(last_found_->key()), keys_.middle(key));
    }
    /// The chain of that key; null: none. Where it is the one found last, as that of the next window of a record mostly is,
    /// nothing is searched.
    [[nodiscard]] const chain* find_chain(bytes_view key) const;
    /// Whether a key comes after an entry of its chain.
    [[nodiscard]] bool comes_after(bytes_view key, const hot_entry& entry) const noexcept {
        return tail_order(keys_, keys_.tail(key)).is_after(entry.key());
    }
    static void fetch_newest(const chain& of);
    /// The first entry whose key is not below. Newest first, since most are.
    [[nodiscard]] entries_of_chain::iterator lower_bound(entries_of_chain& in, bytes_view key) const;

    chain_keys keys_;
    absl::flat_hash_set<chain, hash, equal> chains_;
    mutable const chain* last_found_ = nullptr;
    std::size_t size_ = 0;
};

template <class Condition, class Forget>
void entry_chains::erase_if(Condition condemned, Forget forget) {
    last_found_ = nullptr;
    std::vector<hot_entry*> gone;
    auto ahead = chains_.begin();
    for (std::size_t steps = 0; steps < 4 && ahead != chains_.end(); ++steps) ++ahead;
    for (auto at = chains_.begin(); at != chains_.end();) {
        if (ahead != chains_.end()) fetch_newest(*ahead++);
        auto& entries = at->entries();
        std::size_t kept = 0;
        for (hot_entry* entry : entries) {
            if (condemned(*entry))
                gone.push_back(entry);
            else
                entries[kept++] = entry;
        }
        // The chain is found by an entry's key, so the entries go when the chains have gone.
        if (kept == 0) {
            chains_.erase(at++);
        } else {
            entries.resize(kept);
            (at++)->changed();
        }
    }
    // In the order of their addresses, which spares the allocator many a way to memory.
    std::ranges::sort(gone);
    for (hot_entry* entry : gone) forget(*entry);
    size_ -= gone.size();
}

} // namespace streams::inline v0
