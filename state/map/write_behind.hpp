#pragma once

#include "src/core/memory_budget.hpp"
#include "state/disk/backing.hpp"
#include "state/hot/hot_tier.hpp"
#include "state/managed_store.hpp"
#include "state/map/key_sort.hpp"
#include "state/map/restore_run.hpp"
#include "state/map/tiered_map_settings.hpp"

#include <streams/core/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// What an eviction leaves alone beside the limit that it works for.
struct unevictable {
    std::size_t bytes;   ///< of updates, that nothing may evict
    std::size_t lists;   ///< bytes that it takes to find them
    std::int64_t newest; ///< of this age: kept as long as there are older entries
};

/// The room of a map that holds what is committed: entries that wait for the disk, when they are written, and which are evicted
/// then. Without disk nothing waits, and nothing is evicted.
class write_behind {
public:
    /// The references outlive this. `disk`: null: none.
    write_behind(const tiered_map_settings& settings, const store_environment& environment, hot_tier& hot,
                 std::unique_ptr<backing> disk);

    [[nodiscard]] bool has_disk() const noexcept { return disk_ != nullptr; }
    /// Of what is on disk.
    [[nodiscard]] const store_position& stored() const noexcept { return stored_; }
    /// See managed_store.
    [[nodiscard]] bool has_unplaced_rows() const noexcept {
        return disk_ && !disk_->opened_empty() && !stored_.offset && stored_.partition_offsets.empty();
    }
    /// Grows with each write to the disk: a cursor that was made before does not see it.
    [[nodiscard]] std::uint64_t writes() const noexcept { return writes_; }
    /// What is not in memory is nowhere.
    [[nodiscard]] bool known_absent(bytes_view key) const noexcept {
        return !disk_ || (run_.empty() && settings_.age(key) > newest_on_disk_only_);
    }

    // Reading. REQUIRES: has_disk().

    /// A new entry with what the disk has of a key that is not in memory; evicts others for it.
    [[nodiscard]] hot_entry& load(bytes_view key, unevictable others);
    /// Reads the committed value of an entry that was written unread.
    void load_below(hot_entry& entry);
    /// The value of a key of which memory does not say it; nullopt: absent. Stays on disk. Valid until the next call.
    [[nodiscard]] std::optional<bytes_view> read(bytes_view key);
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(key_span span, iteration_order direction);
    /// Those that wait for the disk.
    template <class Visit>
    void for_each_unwritten(Visit visit) const {
        for (const hot_entry* entry : unwritten_) visit(*entry);
    }
    [[nodiscard]] std::uint64_t approximate_num_entries();

    // Writing

    /// The committed value of an entry was replaced, whose state was `before`. Returns what the state is now.
    [[nodiscard]] entry_state replaced(hot_entry& entry, entry_state before);
    /// Sets a committed value. `head | tail`; nullopt deletes.
    void restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail);
    /// All restored so far is the changelog up to `committed`.
    void restored(const store_position& committed, unevictable others);
    /// The same, and no more comes: written to the disk.
    void restored_all(const store_position& committed, unevictable others);
    /// After a commit: writes what waits, where that is due.
    void committed(const store_position& committed, unevictable others);
    /// Writes what waits, if anything is new, and makes it outlast the process if `durable`.
    void checkpoint(const store_position& committed, unevictable others, bool durable);
    /// See managed_store.
    [[nodiscard]] bool disk_lags() const { return disk_ && disk_->lags(); }
    [[nodiscard]] bool is_asked_to_evict() const noexcept { return clean_memory_.is_asked(); }
    /// Evicts, or writes early, what the memory budget asks for.
    void give_back(const store_position& committed, unevictable others);
    void close();

    /// From the next write on, entries with a key below are gone.
    void expire_below(bytes_view key);
    [[nodiscard]] bool is_expired(bytes_view key) const noexcept { return !floor_.empty() && key < floor_.view(); }
    /// The first key that is not expired; empty: none is.
    [[nodiscard]] bytes_view floor() const noexcept { return floor_.view(); }

    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    [[nodiscard]] bool goes_past_memory() const noexcept;
    [[nodiscard]] bool is_due(const store_position& committed);
    /// Bytes of entries that the disk has too, of what leads to all entries, and of what is kept for later.
    [[nodiscard]] std::size_t clean_bytes(unevictable others) const noexcept;
    /// `restores_on`: more rows are to be expected.
    void write(const store_position& committed, unevictable others, bool restores_on = false);
    void forget_run(std::size_t kept_bytes = 0);
    [[nodiscard]] std::vector<led_item<const hot_entry*>> living_unwritten() const;
    [[nodiscard]] std::vector<backing_write> all_unwritten();
    [[nodiscard]] std::vector<backing_write> restored_rows();
    void note_on_disk_only(std::span<const backing_write> written);
    void take_run_into_memory();
    void take_newest_into_memory(unevictable others);
    void take_into_memory(const backing_write& restored);
    void erase_expired(unevictable others);
    void evict(unevictable others);

    const tiered_map_settings& settings_;
    const clock& time_;
    memory_reservation clean_memory_;     ///< for entries that the disk has too
    memory_reservation unwritten_memory_; ///< for those that wait for it
    hot_tier& hot_;
    std::unique_ptr<backing> disk_;
    std::uint64_t writes_ = 0;
    std::vector<hot_entry*> unwritten_;
    std::size_t unwritten_bytes_ = 0;
    restore_run run_;       ///< of keys that are not in memory
    bool restores_ = false; ///< what waits was restored
    std::size_t loaded_since_eviction_ = 0;
    /// No entry of this age or older may be taken for absent unseen; newer ones that are not in memory do not exist.
    std::int64_t newest_on_disk_only_ = std::numeric_limits<std::int64_t>::max();
    store_position stored_;
    bytes floor_; ///< keys below are expired; empty: none
    bool floor_moved_ = false;
    std::int64_t last_write_ms_ = 0;
    std::int64_t last_write_took_ms_ = 0;
    std::int64_t last_flush_ms_ = 0;
    bool flushed_ = true; ///< nothing was written since
    bytes found_;
};

} // namespace streams::inline v0
