#include "state/tiered_map.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

namespace streams::inline v0 {

namespace {
constexpr std::size_t memory_floor = 16 * 1024 * 1024;
constexpr std::size_t unwritten_limit = 8 * 1024 * 1024;  // committed bytes that wait for the disk
constexpr std::int64_t checkpoint_interval_ms = 1'000;      // at least; small pauses rather than a long one
constexpr std::int64_t checkpoint_share = 20;               // at most one part in this of the time goes into writing
constexpr std::int64_t flush_interval_ms = 60'000;
constexpr std::size_t cached_context_bytes = 48; // what Kafka Streams counts for a record's context, about
constexpr std::size_t timestamp_bytes = 8;

/// Has memory bring what the next steps of a walk over updates touch: the updates, and the entries of nearer ones.
template <class Element, class Project>
void fetch_ahead(std::span<Element> rest, Project update_of) {
    constexpr std::size_t near = 6;
    constexpr std::size_t far = 12;
    if (rest.size() <= far) return;
    __builtin_prefetch(std::invoke(update_of, rest[far]));
    __builtin_prefetch(std::invoke(update_of, rest[near])->entry);
}
} // namespace

tiered_map::tiered_map(tiered_map_settings settings, const store_environment& environment, std::unique_ptr<backing> disk)
    : settings_(std::move(settings)), current_(environment.current), changelog_(environment.changelog),
      time_(environment.time ? *environment.time : system_clock()), made_at_(time_.wall_ms()),
      cache_limit_(environment.cache_bytes > 0 ? static_cast<std::size_t>(environment.cache_bytes) : 0),
      memory_limit_(environment.memory_bytes ? environment.memory_bytes : std::max(memory_floor, cache_limit_)),
      disk_(std::move(disk)), hot_(!disk_, chains()) {
    if (disk_) {
        position_ = disk_->position();
        // What is read from the changelog's beginning misses no deletion that is written from now on.
        if (!position_.offset) position_.caught_up = made_at_;
        stored_ = committed_ = drained_ = position_;
        if (disk_->opened_empty())
            newest_on_disk_only_ = std::numeric_limits<std::int64_t>::min();
        else if (settings_.age_of)
            newest_on_disk_only_ = stored_.observed;
        newest_flushed_ = stored_.observed;
    }
    last_checkpoint_ms_ = last_flush_ms_ = time_.steady_ms();
}

tiered_map::~tiered_map() {
    ranges_.abandon_all();
    for (pending_update* update : uncommitted_) hot_.release(*update);
}

bool tiered_map::forward_on_flush(flush_listener& listener, bool with_old_values) {
    if (!caches()) return false;
    listener_ = &listener;
    with_old_values_ = with_old_values;
    return true;
}

// Reading

hot_entry* tiered_map::find_or_load(bytes_view key) {
    if (hot_entry* found = hot_.find(key)) {
        found->referenced = true;
        return found;
    }
    if (known_absent(key)) return nullptr;
    const bool present = disk_->get(key, scratch_);
    // A sweep looks at every entry, so as many have to be read in between as make it cheap.
    if (++loaded_since_eviction_ > hot_.size() / 8) evict();
    hot_entry* loaded = hot_.insert(key, hot_entry::content::clean);
    if (present) hot_.set_value(*loaded, scratch_.view());
    return loaded;
}

std::optional<bytes_view> tiered_map::get(bytes_view key) {
    if (is_expired(key)) return std::nullopt;
    const hot_entry* found = find_or_load(key);
    return found ? found->visible() : std::nullopt;
}

std::uint64_t tiered_map::approximate_num_entries() {
    if (disk_) return disk_->approximate_num_entries() + unwritten_.size();
    const auto deleted = std::count_if(uncommitted_.begin(), uncommitted_.end(), [](const pending_update* update) {
        return !update->log_only && update->value.is_null();
    });
    return hot_.size() - static_cast<std::size_t>(deleted);
}

// Writing

void tiered_map::require_timestamp(std::optional<bytes_view> value) const {
    if (settings_.timestamped && value && value->size() < timestamp_bytes)
        throw streams_error(concat("store ", settings_.name, " keeps timestamps, but a value of ", value->size(),
                                   " bytes has no room for one; put 8 bytes of timestamp in front"));
}

void tiered_map::put(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    require_timestamp(value);
    if (ranges_.any()) note_for_ranges(key, value.has_value());
    if (value) gap_.put(key);
    // Without disk, and where the disk is known to hold nothing, the committed value is known: null.
    const bool absent_elsewhere = known_absent(key);
    if (!value && absent_elsewhere) {
        hot_entry* const found = hot_.find(key);
        if (found && found->pending && is_traceless(*found->pending)) return cancel(*found);
    }
    hot_entry* const entry =
        hot_.find_or_insert(key, absent_elsewhere ? hot_entry::content::clean : hot_entry::content::unknown);
    entry->referenced = true;
    write(hot_.pend(*entry), value, log_sequence);
}

void tiered_map::note_for_ranges(bytes_view key, bool with_value) {
    presence before = known_absent(key) ? presence::absent : presence::unread;
    const hot_entry* const found = hot_.find(key);
    if (found && (found->pending || found->state != hot_entry::content::unknown))
        before = found->visible() ? presence::present : presence::absent;
    if (before != (with_value ? presence::present : presence::absent)) ranges_.note(key, before);
}

void tiered_map::put_log_only(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    require_timestamp(value);
    if (!changelog_ && !listener_) return;
    write(hot_.pend_log_only(key), value, log_sequence);
}

void tiered_map::add_uncommitted(pending_update& update) {
    update.position = static_cast<std::uint32_t>(uncommitted_.size());
    uncommitted_.push_back(&update);
}

/// What was made since the last commit and is known to nobody else is deleted as if it had never been.
void tiered_map::cancel(hot_entry& entry) {
    pending_update& update = *entry.pending;
    if (update.dirty) --dirty_count_;
    cached_bytes_ -= update.charge;
    uncommitted_bytes_ -=
        heap_block(sizeof(pending_update)) + update.value.heap_bytes() + update.drained.heap_bytes();
    pending_update* const last = uncommitted_.back();
    uncommitted_[update.position] = last;
    last->position = update.position;
    uncommitted_.pop_back();
    hot_.keep_next_released(); // marks of it remain
    hot_.release(update);
    hot_.erase(entry);
}

void tiered_map::write(pending_update& update, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    const bool fresh = update.order == 0;
    const std::size_t before = update.value.heap_bytes() + update.drained.heap_bytes();
    if (fresh) {
        const hot_entry& entry = *update.entry;
        update.made = value && !update.log_only && entry.state == hot_entry::content::clean && entry.value.is_null();
        add_uncommitted(update);
    }
    if (!update.dirty) {
        // The drained value is what a commit without another flush, or an old value downstream, still needs.
        if (update.has_drained) update.drained.swap(update.value);
        update.dirty = true;
        ++dirty_count_;
    }
    update.value.set(value);
    update.timestamp = current_.timestamp;
    update.log_sequence = log_sequence;
    if (listener_) update.metadata = current_.metadata;
    if ((listener_ || settings_.log_headers) && current_.headers && !current_.headers->empty())
        update.headers = std::make_unique<streams::headers>(*current_.headers);
    else
        update.headers.reset();

    update.order = next_order_++;
    if (marks_.empty() || marks_.back().update != &update)
        marks_.push_back({update.order, &update});
    else
        marks_.back().order = update.order;
    if (marks_.size() > 2 * dirty_count_ + 1024) compact_marks();

    const std::size_t after = update.value.heap_bytes() + update.drained.heap_bytes();
    hot_.account(before, after);
    uncommitted_bytes_ += fresh ? after + heap_block(sizeof(pending_update)) : after - before;
    if (listener_) charge(update);
}

void tiered_map::charge(pending_update& update) {
    const auto value = update.value.get();
    const std::size_t charge =
        update.entry->key_size - settings_.key_prefix + 1 + (value ? value->size() : 0) + cached_context_bytes;
    cached_bytes_ += charge - update.charge;
    update.charge = static_cast<std::uint32_t>(charge);
    if (cached_bytes_ > cache_limit_ && !flushing_) flush();
}

void tiered_map::compact_marks() {
    std::erase_if(marks_, [](const dirty_mark& mark) { return mark.order != mark.update->order || !mark.update->dirty; });
}

// Changelog and downstream

void tiered_map::flush() {
    flushing_ = true;
    std::vector<dirty_mark> marks;
    marks.swap(marks_);
    try {
        for (std::size_t at = 0; at < marks.size(); ++at) {
            fetch_ahead(std::span(marks).subspan(at), [](const dirty_mark& mark) { return mark.update; });
            const dirty_mark& mark = marks[at];
            if (mark.order == mark.update->order && mark.update->dirty) flush_one(*mark.update);
        }
    } catch (...) {
        flushing_ = false;
        marks.insert(marks.end(), marks_.begin(), marks_.end());
        marks_.swap(marks);
        compact_marks();
        throw;
    }
    flushing_ = false;
    drained_ = position_;
    marks.clear();
    if (marks_.empty()) marks_.swap(marks);
}

void tiered_map::flush_one(pending_update& update) {
    const auto value = update.value.get();
    std::optional<bytes_view> old;
    const bool listening = listener_ != nullptr;
    const std::int64_t age = age_of(update.entry->key());
    const bool visible = !settings_.age_of || age > newest_flushed_ - settings_.visible_for;
    if (listening && visible && (with_old_values_ || !value)) old = last_flushed(update);

    update.dirty = false;
    --dirty_count_;
    cached_bytes_ -= std::exchange(update.charge, 0U);
    if (listening && !value && !old) {
        // Expired below: neither log nor listener hear of the deletion, but what was cached is gone all the same.
        if (!visible) update.has_drained = true;
        return;
    }

    newest_flushed_ = std::max(newest_flushed_, age);
    if (!listening && !value && is_traceless(update)) return; // made and deleted since the commit
    update.has_drained = true;
    append_to_changelog(update);
    if (!listening) return;
    listener_->flushed({update.entry->key().subview(settings_.key_prefix), value,
                        with_old_values_ ? old : std::nullopt, update.timestamp,
                        update.headers ? *update.headers : no_headers_, update.metadata});
    no_headers_.clear();
}

/// Whether deleting it may leave no trace: made since the last commit, and not what tells the changelog's reader how far
/// time has come.
bool tiered_map::is_traceless(const pending_update& update) const noexcept {
    return update.made && !update.has_drained &&
           (!settings_.age_of || age_of(update.entry->key()) < position_.observed);
}

std::optional<bytes_view> tiered_map::last_flushed(pending_update& update) {
    if (update.has_drained) return update.drained.get();
    hot_entry& entry = *update.entry;
    if (update.log_only) return std::nullopt;
    if (entry.state == hot_entry::content::unknown) {
        if (disk_->get(entry.key(), scratch_)) hot_.set_value(entry, scratch_.view());
        entry.state = hot_entry::content::clean;
    }
    return entry.value.get();
}

void tiered_map::append_to_changelog(pending_update& update) {
    if (!changelog_) return;
    bytes_view key = update.entry->key().subview(settings_.key_prefix);
    if (settings_.log_sequences) {
        scratch_.assign(key.subview(0, key.size() - sizeof(std::uint32_t)));
        append_big_endian(scratch_, update.log_sequence);
        key = scratch_.view();
    }
    auto value = update.value.get();
    std::int64_t timestamp = settings_.log_timestamps ? update.timestamp : -1;
    if (value && settings_.timestamped) {
        timestamp = load_big_endian<std::int64_t>(value->data());
        value = value->subview(timestamp_bytes);
    }
    changelog_->append(key, value, timestamp, settings_.log_headers ? update.headers.get() : nullptr);
}

// Commit

void tiered_map::committed(std::optional<std::int64_t> offset) {
    ranges_.forget_history();
    std::size_t kept = 0;
    uncommitted_bytes_ = 0;
    for (std::size_t at = 0; at < uncommitted_.size(); ++at) {
        fetch_ahead(std::span(uncommitted_).subspan(at), std::identity());
        pending_update* const update = uncommitted_[at];
        hot_entry& entry = *update->entry;
        if (update->has_drained && !update->log_only) {
            hot_.swap_value(entry, update->dirty ? update->drained : update->value);
            commit_value(entry);
        }
        update->has_drained = false;
        if (update->dirty) {
            update->made = false; // what was drained may be committed now
            uncommitted_bytes_ += heap_block(sizeof(pending_update)) + update->value.heap_bytes();
            update->position = static_cast<std::uint32_t>(kept);
            uncommitted_[kept++] = update;
            continue;
        }
        const bool in_table = !update->log_only;
        hot_.release(*update);
        if (!in_table) continue;
        // Absent in memory is absent where nothing of that age is on disk alone.
        if (entry.value.is_null() && entry.state == hot_entry::content::clean && known_absent(entry.key()))
            hot_.erase(entry);
        else
            hot_.update_order(entry);
    }
    uncommitted_.resize(kept);
    if (offset && offset != committed_.offset) {
        drained_.offset = position_.offset = offset;
        drained_.caught_up = position_.caught_up = time_.wall_ms();
    }
    committed_ = drained_;

    if (!disk_) {
        if (floor_moved_) erase_expired();
    } else if (checkpoint_is_due()) {
        const std::int64_t now = time_.steady_ms();
        const bool durable = now - last_flush_ms_ >= flush_interval_ms;
        write_unwritten();
        if (durable) disk_->flush(false), last_flush_ms_ = now;
    }
}

/// The committed value of `entry` has changed.
void tiered_map::commit_value(hot_entry& entry) {
    if (!disk_)
        entry.state = hot_entry::content::clean;
    else
        remember_unwritten(entry);
}

void tiered_map::remember_unwritten(hot_entry& entry) {
    if (entry.state != hot_entry::content::unwritten) {
        entry.state = hot_entry::content::unwritten;
        unwritten_.push_back(&entry);
        unwritten_bytes_ += entry.memory_bytes();
    }
}

void tiered_map::rollback() {
    ranges_.forget_history();
    gap_.forget();
    for (pending_update* update : uncommitted_) {
        hot_entry& entry = *update->entry;
        const bool in_table = !update->log_only;
        hot_.release(*update);
        if (!in_table) continue;
        const bool nothing_known = entry.state == hot_entry::content::unknown;
        if (nothing_known || (!disk_ && entry.value.is_null()))
            hot_.erase(entry);
        else
            hot_.update_order(entry);
    }
    uncommitted_.clear();
    marks_.clear();
    dirty_count_ = 0;
    cached_bytes_ = uncommitted_bytes_ = 0;
    position_ = drained_ = committed_;
    newest_flushed_ = position_.observed;
}

void tiered_map::close() {
    if (std::exchange(closed_, true)) return;
    ranges_.abandon_all();
    rollback();
    checkpoint(true);
    disk_.reset();
}

// Restore

void tiered_map::restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail) {
    hot_entry* entry = hot_.find(key);
    if (!entry) {
        if (!disk_ && !tail) return;
        entry = hot_.insert(key, hot_entry::content::clean);
    }
    if (tail) gap_.put(key);
    const std::size_t before = entry->value.heap_bytes();
    if (tail)
        entry->value.assign(head, *tail);
    else
        entry->value.set(std::nullopt);
    hot_.account(before, entry->value.heap_bytes());
    if (!disk_ && !tail)
        hot_.erase(*entry);
    else if (disk_) {
        remember_unwritten(*entry);
        hot_.update_order(*entry);
    }
}

void tiered_map::restored_up_to(std::optional<std::int64_t> offset) {
    if (offset) position_.offset = offset;
    committed_ = drained_ = position_;
    newest_flushed_ = position_.observed;
    if (!disk_) {
        if (floor_moved_) erase_expired();
    } else if (unwritten_bytes_ > unwritten_limit) {
        write_unwritten();
    }
}

void tiered_map::restored(std::optional<std::int64_t> offset) {
    position_.caught_up = made_at_;
    restored_up_to(offset);
    checkpoint(false);
}

// Disk

bool tiered_map::checkpoint_is_due() const {
    if (committed_ == stored_ && unwritten_.empty()) return false;
    const std::int64_t wait = std::max(checkpoint_interval_ms, checkpoint_share * last_checkpoint_took_ms_);
    return unwritten_bytes_ > unwritten_limit || time_.steady_ms() - last_checkpoint_ms_ >= wait;
}

void tiered_map::checkpoint(bool durable) {
    if (!disk_) return;
    if (!unwritten_.empty() || committed_ != stored_) write_unwritten();
    if (durable) {
        disk_->flush(true);
        last_flush_ms_ = time_.steady_ms();
    }
}

void tiered_map::write_unwritten() {
    const std::int64_t begin = time_.steady_ms();
    std::sort(unwritten_.begin(), unwritten_.end(), hot_tier::key_less{});
    std::vector<backing_write> writes;
    writes.reserve(unwritten_.size());
    for (const hot_entry* entry : unwritten_)
        if (!is_expired(entry->key())) writes.push_back({entry->key(), entry->value.get()});
    disk_->write(writes, floor_moved_ ? std::optional(floor_.view()) : std::nullopt, committed_);
    ++disk_writes_;

    stored_ = committed_;
    for (hot_entry* entry : unwritten_) {
        entry->state = hot_entry::content::clean;
        hot_.update_order(*entry);
    }
    unwritten_.clear();
    unwritten_bytes_ = 0;
    if (floor_moved_) erase_expired();
    evict();
    last_checkpoint_ms_ = time_.steady_ms();
    last_checkpoint_took_ms_ = last_checkpoint_ms_ - begin;
}

/// Forgets entries that are on disk as well: those not used since the last sweep first, and old ones before new ones, so
/// that the newest windows stay complete in memory.
void tiered_map::evict() {
    const std::size_t needed = unwritten_bytes_ + uncommitted_bytes_;
    if (hot_.entry_bytes() <= memory_limit_ + needed) return;
    loaded_since_eviction_ = 0;
    const std::size_t target = memory_limit_ * 3 / 4 + needed;
    const std::int64_t newest = settings_.age_of ? position_.observed : std::numeric_limits<std::int64_t>::max();
    for (int pass = 0; pass < 3 && hot_.entry_bytes() > target; ++pass) {
        std::size_t left = hot_.entry_bytes();
        hot_.erase_if([&](hot_entry& entry) {
            if (entry.state != hot_entry::content::clean) return false;
            if (pass == 0 && std::exchange(entry.referenced, false)) return false;
            const std::int64_t age = age_of(entry.key());
            if (left <= target || (pass < 2 && age >= newest)) return false;
            if (!entry.value.is_null()) newest_on_disk_only_ = std::max(newest_on_disk_only_, age);
            left -= entry.memory_bytes();
            return true;
        });
    }
    hot_.shrink();
}

void tiered_map::expire_below(bytes_view key) {
    if (!(floor_.view() < key)) return;
    floor_.assign(key);
    floor_moved_ = true;
}

void tiered_map::erase_expired() {
    hot_.erase_if([&](const hot_entry& entry) { return is_expired(entry.key()); });
    hot_.shrink();
    floor_moved_ = !uncommitted_.empty();
}

std::size_t tiered_map::memory_bytes() const noexcept {
    return hot_.memory_bytes() + uncommitted_.capacity() * sizeof(pending_update*) +
           marks_.capacity() * sizeof(dirty_mark) + unwritten_.capacity() * sizeof(hot_entry*) +
           (disk_ ? disk_->memory_bytes() : 0);
}

} // namespace streams::inline v0
