#pragma once

#include "state/hot/hot_tier.hpp"
#include "state/managed_store.hpp"
#include "state/map/rolled_back_keys.hpp"
#include "state/map/tiered_map_settings.hpp"
#include "state/map/write_behind.hpp"

#include <streams/core/headers.hpp>
#include <streams/state/state_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// The room of a map that holds what was written since the last commit: what waits for the changelog and for who listens
/// downstream, in the order of writes, and what is there already. Nothing of it reaches the disk.
class uncommitted_updates {
public:
    /// The references outlive this.
    uncommitted_updates(const tiered_map_settings& settings, const store_environment& environment, hot_tier& hot,
                        write_behind& below);
    uncommitted_updates(const uncommitted_updates&) = delete;
    uncommitted_updates& operator=(const uncommitted_updates&) = delete;
    ~uncommitted_updates();

    /// Whether a cache stands in front, as in Kafka Streams: what is in it is read whatever its age.
    [[nodiscard]] bool caches() const noexcept { return settings_.caching && cache_limit_ > 0; }
    /// See managed_store.
    void resize_cache(std::int64_t bytes) noexcept {
        if (cache_limit_ > 0) cache_limit_ = static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1));
    }
    [[nodiscard]] bool forward_on_flush(flush_listener& listener, bool with_old_values);
    [[nodiscard]] bool forwards() const noexcept { return listener_ != nullptr; }
    /// Whether an update would be heard of by anybody but the store itself.
    [[nodiscard]] bool is_heard() const noexcept { return changelog_ || listener_; }

    /// Sets the newest value of an entry to what the record that is being processed makes it. Where that fills the cache, true:
    /// `flush` is due.
    [[nodiscard]] bool write(pending_update& update, std::optional<bytes_view> value, std::uint32_t log_sequence);
    /// Takes back what was made since the last commit and is known to nobody else; false: that is not so. `observed`: the
    /// newest age written.
    bool retract(hot_entry& entry, std::int64_t observed);

    /// Drains dirty updates to the changelog, and forwards them where somebody listens. After a rollback the changelog gets
    /// also what is committed of the keys of which it has something else.
    void flush(std::int64_t observed);
    /// What was drained is committed.
    void commit();
    /// Drops all. `committed`: the newest age that is committed. What changelog and listener were told stays with them: the
    /// changelog is corrected by the next flush, the listener is told of later deletions.
    void rollback(std::int64_t committed);
    /// Says what the newest age is that the changelog has.
    void restored(std::int64_t observed) noexcept { newest_flushed_ = observed; }

    [[nodiscard]] bool dirty() const noexcept { return dirty_count_ > 0 || owes_correction(); }
    /// The entries that have a pending update, but for those of the changelog alone.
    template <class Visit>
    void for_each(Visit visit) const {
        for (const pending_update* update : updates_)
            if (!update->log_only) visit(*update->entry);
    }
    /// Bytes of the updates.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// How many keys are deleted that the committed content may have.
    [[nodiscard]] std::size_t deleted() const;
    /// Gives back what is kept for the updates to come.
    void trim() {
        if (updates_.size() < updates_.capacity() / 2) updates_.shrink_to_fit();
        if (marks_.size() < marks_.capacity() / 2) marks_.shrink_to_fit();
    }
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return updates_.capacity() * sizeof(pending_update*) + marks_.capacity() * sizeof(dirty_mark) +
               heard_.memory_bytes() + revoked_.memory_bytes();
    }

private:
    struct dirty_mark {
        std::uint64_t order;
        pending_update* update;

        [[nodiscard]] bool is_stale() const noexcept {
            return order != update->order || !is_dirty(update->entry->state);
        }
    };

    void charge(pending_update& update);
    void flush_one(pending_update& update, std::int64_t observed);
    [[nodiscard]] bool is_traceless(const pending_update& update, std::int64_t observed) const noexcept;
    [[nodiscard]] std::optional<bytes_view> last_flushed(pending_update& update);
    [[nodiscard]] bool owes_correction() const noexcept { return !corrected_ && !revoked_.empty(); }
    void correct_changelog();
    [[nodiscard]] std::optional<bytes_view> committed_value(bytes_view key);
    [[nodiscard]] bytes_view logged_key(const pending_update& update);
    void append_to_changelog(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                             const streams::headers* headers);
    void compact_marks();
    void settle(pending_update& update, entry_state committed);

    const tiered_map_settings& settings_;
    const record_context& current_;
    changelog_sink* changelog_;
    std::size_t cache_limit_; ///< bytes
    hot_tier& hot_;
    write_behind& below_;
    flush_listener* listener_ = nullptr;
    bool with_old_values_ = false;
    bool flushing_ = false;
    rolled_back_keys heard_;   ///< absent keys of which the listener heard: it is told of their next deletion
    rolled_back_keys revoked_; ///< what the changelog has of them was rolled back; as `logged_key` has them
    bool corrected_ = false;   ///< it got what is committed of those since; they are forgotten with the next commit

    std::vector<pending_update*> updates_;
    std::vector<dirty_mark> marks_; ///< in the order of writes; a mark is stale when its update was written again
    std::size_t dirty_count_ = 0;
    std::uint64_t next_order_ = 1;
    std::int64_t newest_flushed_; ///< the largest age that went to the changelog
    std::size_t cached_bytes_ = 0;
    std::size_t bytes_ = 0;
    streams::bytes log_key_;
    streams::headers no_headers_;
};

} // namespace streams::inline v0
