#pragma once

#include "state/backing.hpp"
#include "state/hot_tier.hpp"
#include "state/key_gap.hpp"
#include "state/managed_store.hpp"
#include "state/open_ranges.hpp"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What a kind of store tells its map.
struct tiered_map_settings {
    std::string name;           ///< of the store, for messages
    bool timestamped = false;   ///< values begin with 8 bytes that the changelog carries as timestamp
    bool caching = false;       ///< forward only the last update of a key per commit
    bool log_headers = false;   ///< the changelog gets the headers of the record
    bool log_timestamps = true; ///< false: what the changelog gets has no timestamp
    bool log_sequences = false; ///< the last 4 bytes of a key are, in the changelog, a number of its own
    std::size_t key_prefix = 0; ///< leading bytes of a key that the changelog does not get
    std::size_t chain_suffix = 0; ///< trailing bytes of a key that order the entries of a record key; 0: no `chain`
    bool sized_chains = false;    ///< keys begin, behind key_prefix, with the size of what `chain_cursor` finds them by
    /// Grows with the time a key belongs to, so that a key newer than all on disk is known to be absent there. Null: no
    /// order in time.
    std::int64_t (*age_of)(bytes_view key) = nullptr;
    /// With age_of: an entry this much older than the newest that was flushed is told as absent where an old value is
    /// asked for.
    std::int64_t visible_for = std::numeric_limits<std::int64_t>::max();
};

/// The one layer that does caching, changelog, commit and spill for every kind of store: an ordered map of bytes whose
/// newest updates are in memory. Without backing it is all in memory.
class tiered_map {
public:
    tiered_map(tiered_map_settings settings, const store_environment& environment, std::unique_ptr<backing> disk);
    /// Drops what is not committed, and leaves to the changelog what is committed but not on disk.
    ~tiered_map();
    tiered_map(const tiered_map&) = delete;
    tiered_map& operator=(const tiered_map&) = delete;

    /// nullopt: absent. Valid until the next call.
    [[nodiscard]] std::optional<bytes_view> get(bytes_view key);
    /// `log_sequence`: only where the settings say log_sequences.
    void put(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence = 0);
    /// A put that the store itself refuses: for the changelog and the listener only.
    void put_log_only(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence = 0);
    /// Entries with from <= key < to. `cut`: leading bytes of a key that are not handed out. `made_at`: of the range that
    /// the cursor is a part of; nullopt: of none.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(std::optional<bytes_view> from,
                                                                    std::optional<bytes_view> to, iteration_order direction,
                                                                    std::size_t cut = 0,
                                                                    std::optional<std::uint64_t> made_at = std::nullopt);
    /// The entries of one record key from `first` on to the one that ends in `last_tail`, in order, where it is known that
    /// all of them are in memory; one may be absent (its `visible` is null). Valid while `changes` stays as it is.
    [[nodiscard]] std::optional<std::span<hot_entry* const>> chain(bytes_view first, bytes_view last_tail) const {
        if (!known_absent(first)) return std::nullopt; // were it not in memory, and so nothing newer
        return hot_.between(first, last_tail);
    }
    /// The entries that begin with `prefix`, in order, where prefix ends with the bytes that its size counts. REQUIRES: the
    /// settings say sized_chains.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> chain_cursor(bytes_view prefix, bytes_view past_prefix,
                                                                          std::size_t cut);
    [[nodiscard]] bool is_whole_chain(bytes_view key) const noexcept { return chains().is_whole_chain(key); }
    /// Those that are being read.
    [[nodiscard]] open_ranges& ranges() noexcept { return ranges_; }
    /// Grows when entries in memory come, go or move.
    [[nodiscard]] std::uint64_t changes() const noexcept { return hot_.changes(); }
    [[nodiscard]] std::uint64_t approximate_num_entries();
    /// The next call is likely to be about that entry.
    void expect(hot_entry& entry) noexcept { hot_.expect(entry); }

    /// Whether a cache stands in front, as in Kafka Streams: what is in it is read whatever its age.
    [[nodiscard]] bool caches() const noexcept { return settings_.caching && cache_limit_ > 0; }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values);

    /// Sets a committed value, past caching and changelog. `head | tail` is the value; nullopt deletes.
    void restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail);
    /// All restored so far is the changelog up to and including `offset`.
    void restored_up_to(std::optional<std::int64_t> offset);
    /// The same, and `offset` was the changelog's end at some time after the map was made. Written to disk.
    void restored(std::optional<std::int64_t> offset);

    void flush();
    [[nodiscard]] bool forwards() const noexcept { return listener_ != nullptr; }
    [[nodiscard]] bool dirty() const noexcept { return dirty_count_ > 0; }
    void committed(std::optional<std::int64_t> offset);
    void rollback();
    void close();
    /// Writes what is committed to disk, if anything is new, and makes it outlast the process if `durable`.
    void checkpoint(bool durable);

    /// From the next commit on, entries with a key below are gone.
    void expire_below(bytes_view key);
    /// What is stored beside the data; kept by the kind of store. Goes back to the committed one on rollback.
    [[nodiscard]] store_position& position() noexcept { return position_; }
    /// The same with what was drained: what a commit makes committed.
    [[nodiscard]] const store_position& drained_position() const noexcept { return drained_; }
    /// Of what is on disk.
    [[nodiscard]] std::optional<std::int64_t> checkpoint_offset() const noexcept { return stored_.offset; }
    /// See managed_store.
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const noexcept {
        return stored_.offset && stored_.caught_up >= 0 ? std::optional(stored_.caught_up) : std::nullopt;
    }
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
    [[nodiscard]] std::size_t uncommitted_bytes() const noexcept { return uncommitted_bytes_; }

private:
    struct dirty_mark {
        std::uint64_t order;
        pending_update* update;
    };

    template <class Walk>
    class overlay_cursor;

    [[nodiscard]] chain_keys chains() const noexcept {
        return {settings_.key_prefix, settings_.chain_suffix, settings_.sized_chains};
    }
    [[nodiscard]] hot_entry* find_or_load(bytes_view key);
    [[nodiscard]] bool known_absent(bytes_view key) const noexcept {
        return !disk_ || age_of(key) > newest_on_disk_only_;
    }
    [[nodiscard]] std::int64_t age_of(bytes_view key) const noexcept { return settings_.age_of ? settings_.age_of(key) : 0; }
    void require_timestamp(std::optional<bytes_view> value) const;
    void note_for_ranges(bytes_view key, bool with_value);
    void add_uncommitted(pending_update& update);
    void cancel(hot_entry& entry);
    void write(pending_update& update, std::optional<bytes_view> value, std::uint32_t log_sequence);
    void charge(pending_update& update);
    void flush_one(pending_update& update);
    [[nodiscard]] bool is_traceless(const pending_update& update) const noexcept;
    [[nodiscard]] std::optional<bytes_view> last_flushed(pending_update& update);
    void append_to_changelog(pending_update& update);
    void compact_marks();
    void commit_value(hot_entry& entry);
    void remember_unwritten(hot_entry& entry);
    [[nodiscard]] bool checkpoint_is_due() const;
    void write_unwritten();
    void evict();
    void erase_expired();
    [[nodiscard]] bool is_expired(bytes_view key) const noexcept { return !floor_.empty() && key < floor_.view(); }

    tiered_map_settings settings_;
    const record_context& current_;
    changelog_sink* changelog_;
    const clock& time_;
    std::int64_t made_at_; ///< ms of the wall clock
    std::size_t cache_limit_;
    std::size_t memory_limit_;
    std::unique_ptr<backing> disk_; ///< null: in memory only
    std::uint64_t disk_writes_ = 0;
    hot_tier hot_;
    open_ranges ranges_;
    key_gap gap_;
    flush_listener* listener_ = nullptr;
    bool with_old_values_ = false;
    bool flushing_ = false;
    bool closed_ = false;

    std::vector<pending_update*> uncommitted_;
    std::vector<dirty_mark> marks_; ///< in the order of writes; a mark is stale when its update was written again
    std::size_t dirty_count_ = 0;
    std::uint64_t next_order_ = 1;
    std::int64_t newest_flushed_ = -1; ///< the largest age that went to the changelog
    std::size_t cached_bytes_ = 0;
    std::size_t uncommitted_bytes_ = 0;

    std::vector<hot_entry*> unwritten_;
    std::size_t unwritten_bytes_ = 0;
    std::size_t loaded_since_eviction_ = 0;
    /// No entry of this age or older may be taken for absent unseen; newer ones that are not in memory do not exist.
    std::int64_t newest_on_disk_only_ = std::numeric_limits<std::int64_t>::max();

    store_position position_;  ///< with everything written
    store_position drained_;   ///< with everything drained
    store_position committed_; ///< with everything committed
    store_position stored_;    ///< on disk
    bytes floor_;              ///< keys below are expired; empty: none
    bool floor_moved_ = false;
    std::int64_t last_checkpoint_ms_ = 0;
    std::int64_t last_checkpoint_took_ms_ = 0;
    std::int64_t last_flush_ms_ = 0;
    bytes scratch_;
    streams::headers no_headers_;
};

} // namespace streams::inline v0
