#pragma once

#include "state/disk/backing.hpp"
#include "state/hot/hot_tier.hpp"
#include "state/managed_store.hpp"
#include "state/map/layered_reads.hpp"
#include "state/map/query_reads.hpp"
#include "state/map/tiered_map_settings.hpp"
#include "state/map/uncommitted_updates.hpp"
#include "state/map/write_behind.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace streams::inline v0 {

/// The one layer that does caching, changelog, commit and spill for every kind of store: an ordered map of bytes whose
/// newest updates are in memory. Without backing it is all in memory. Its entries are in a hot tier, on which four rooms work:
/// what is not committed, what is committed and on its way to the disk, reads over both and the disk, and queries of them.
class tiered_map {
public:
    tiered_map(tiered_map_settings settings, const store_environment& environment, std::unique_ptr<backing> disk);
    /// Drops what is not committed, and leaves to the changelog what is committed but not on disk.
    ~tiered_map();
    tiered_map(const tiered_map&) = delete;
    tiered_map& operator=(const tiered_map&) = delete;

    /// nullopt: absent. Valid until the next call.
    [[nodiscard]] std::optional<bytes_view> get(bytes_view key) {
        if (committed_.is_expired(key)) return std::nullopt;
        const hot_entry* const found = reads_.find_or_load(key, [this] { return others(); });
        return found ? found->visible() : std::nullopt;
    }
    /// `log_sequence`: only where the settings say log_sequences.
    void put(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence = 0);
    /// A put that the store itself refuses: for the changelog and the listener only.
    void put_log_only(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence = 0);
    /// Entries with from <= key < to. `cut`: leading bytes of a key that are not handed out. `made_at`: of the range that
    /// the cursor is a part of; nullopt: of none.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(
        std::optional<bytes_view> from, std::optional<bytes_view> to, iteration_order direction, std::size_t cut = 0,
        std::optional<std::uint64_t> made_at = std::nullopt) {
        return reads_.cursor(from, to, direction, cut, made_at);
    }
    /// The entries of one record key from `first` on to the one that ends in `last_tail`, in order, where it is known that
    /// all of them are in memory; one may be absent (its `visible` is null). Valid while `changes` stays as it is.
    [[nodiscard]] std::optional<std::span<hot_entry* const>> chain(bytes_view first, bytes_view last_tail) const {
        return reads_.chain(first, last_tail);
    }
    /// The entries that begin with `prefix`, in order, where prefix ends with the bytes that its size counts. REQUIRES: the
    /// settings say sized_chains.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> chain_cursor(bytes_view prefix, bytes_view past_prefix,
                                                                          std::size_t cut) {
        return reads_.chain_cursor(prefix, past_prefix, cut);
    }
    [[nodiscard]] bool is_whole_chain(bytes_view key) const noexcept { return settings_.chains().is_whole_chain(key); }
    /// For who is no node of the task.
    [[nodiscard]] query_reads& queries() noexcept { return queries_; }
    /// Those that are being read.
    [[nodiscard]] open_ranges& ranges() noexcept { return reads_.ranges(); }
    /// Grows when entries in memory come, go or move.
    [[nodiscard]] std::uint64_t changes() const noexcept { return hot_.changes(); }
    [[nodiscard]] std::uint64_t approximate_num_entries();
    /// The next call is likely to be about that entry.
    void expect(hot_entry& entry) noexcept { hot_.expect(entry); }

    /// Whether a cache stands in front, as in Kafka Streams: what is in it is read whatever its age.
    [[nodiscard]] bool caches() const noexcept { return updates_.caches(); }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values) {
        return updates_.forward_on_flush(listener, with_old_values);
    }

    /// Sets a committed value, past caching and changelog. `head | tail` is the value; nullopt deletes.
    void restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail);
    /// All restored so far is the changelog up to and including `offset`.
    void restored_up_to(std::optional<std::int64_t> offset);
    /// The same, and `offset` was the changelog's end at some time after the map was made. Written to disk.
    void restored(std::optional<std::int64_t> offset);
    /// See managed_store.
    void caught_up(std::int64_t offset, std::int64_t at);

    /// See managed_store.
    [[nodiscard]] bool disk_lags() const { return committed_.disk_lags(); }

    void flush();
    [[nodiscard]] bool forwards() const noexcept { return updates_.forwards(); }
    [[nodiscard]] bool dirty() const noexcept { return updates_.dirty(); }
    void committed(std::optional<std::int64_t> offset);
    void rollback();
    void close();
    /// Writes what is committed to disk, if anything is new, and makes it outlast the process if `durable`.
    void checkpoint(bool durable) { committed_.checkpoint(committed_position_, others(), durable); }

    /// See managed_store.
    void give_back() {
        if (committed_.is_asked_to_evict()) updates_.trim();
        committed_.give_back(committed_position_, others());
    }
    void resize_cache(std::int64_t bytes) noexcept { updates_.resize_cache(bytes); }

    /// From the next commit on, entries with a key below are gone.
    void expire_below(bytes_view key) { committed_.expire_below(key); }
    /// What is stored beside the data; kept by the kind of store. Goes back to the committed one on rollback.
    [[nodiscard]] store_position& position() noexcept { return position_; }
    /// The same of what a query sees.
    [[nodiscard]] const store_position& position_for(isolation_level seen) const noexcept {
        return seen == isolation_level::read_committed ? committed_position_ : position_;
    }
    /// The same with what was drained: what a commit makes committed.
    [[nodiscard]] const store_position& drained_position() const noexcept { return drained_position_; }
    /// Of what is on disk.
    [[nodiscard]] std::optional<std::int64_t> checkpoint_offset() const noexcept { return committed_.stored().offset; }
    /// The same of each partition, of a store that several fill.
    [[nodiscard]] std::span<const std::int64_t> partition_checkpoints() const noexcept {
        return committed_.stored().partition_offsets;
    }
    /// See multi_partition_store.
    void filled_up_to(std::span<const std::int64_t> offsets);
    void complete_as_of(std::int64_t at) noexcept { position_.caught_up = at; }
    /// See managed_store.
    [[nodiscard]] std::optional<std::int64_t> caught_up_at() const noexcept {
        const store_position& stored = committed_.stored();
        const bool is_known = stored.offset || !stored.partition_offsets.empty();
        return is_known && stored.caught_up >= 0 ? std::optional(stored.caught_up) : std::nullopt;
    }
    /// See managed_store.
    [[nodiscard]] bool has_unplaced_rows() const noexcept { return committed_.has_unplaced_rows(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return hot_.memory_bytes() + updates_.memory_bytes() + committed_.memory_bytes();
    }
    [[nodiscard]] std::size_t uncommitted_bytes() const noexcept { return updates_.bytes(); }

private:
    void require_prefix(std::optional<bytes_view> value) const {
        // Without headers a prefix is a timestamp, if anything.
        if (value && (settings_.prefix.headers || value->size() < sizeof(std::int64_t))) check_prefix(*value);
    }
    void check_prefix(bytes_view value) const;
    void write(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence);
    [[nodiscard]] unevictable others() const noexcept {
        return {updates_.bytes(), updates_.memory_bytes(), position_.observed};
    }

    tiered_map_settings settings_;
    const clock& time_;
    kept_failure* failure_;
    std::int64_t made_at_; ///< ms of the wall clock
    hot_tier hot_;
    write_behind committed_;
    uncommitted_updates updates_;
    layered_reads reads_;
    query_reads queries_;
    bool closed_ = false;
    store_position position_;           ///< with everything written
    store_position drained_position_;   ///< with everything drained
    store_position committed_position_; ///< with everything committed
};

} // namespace streams::inline v0
