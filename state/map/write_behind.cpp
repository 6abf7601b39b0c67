#include "state/map/write_behind.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace streams::inline v0 {

namespace {
constexpr std::int64_t write_interval_ms = 1'000; // at least; small pauses rather than a long one
constexpr std::int64_t write_share = 20;          // at most one part in this of the time goes into writing
constexpr std::int64_t flush_interval_ms = 60'000;

constexpr auto by_key = [](const backing_write& a, const backing_write& b) { return a.key < b.key; };

/// Has memory bring an entry with its key.
void fetch(const hot_entry* entry) {
    constexpr std::size_t line = 64;
    __builtin_prefetch(entry);
    __builtin_prefetch(reinterpret_cast<const std::byte*>(entry) + line);
}

} // namespace

write_behind::write_behind(const tiered_map_settings& settings, const store_environment& environment, hot_tier& hot,
                           std::unique_ptr<backing> disk)
    : settings_(settings), time_(environment.time ? *environment.time : system_clock()),
      clean_memory_(environment.memory.budget(), memory_role::hot_tier),
      unwritten_memory_(environment.memory.budget(), memory_role::unwritten), hot_(hot), disk_(std::move(disk)) {
    last_write_ms_ = last_flush_ms_ = time_.steady_ms();
    if (!disk_) return;
    stored_ = disk_->position();
    // What is read from the changelog's beginning misses no deletion that is written from now on.
    if (!stored_.offset && stored_.partition_offsets.empty()) stored_.caught_up = time_.wall_ms();
    if (disk_->opened_empty())
        newest_on_disk_only_ = std::numeric_limits<std::int64_t>::min();
    else if (settings_.age_of)
        newest_on_disk_only_ = stored_.observed;
}

// Reading

hot_entry& write_behind::load(bytes_view key, unevictable others) {
    if (!run_.empty()) {
        take_run_into_memory();
        if (hot_entry* const restored = hot_.find(key)) return *restored;
    }
    const bool present = disk_->get(key, found_);
    // A sweep looks at every entry, so as many have to be read in between as make it cheap.
    if (++loaded_since_eviction_ > hot_.size() / 8) evict(others);
    hot_entry& loaded = *hot_.insert(key, entry_state::clean);
    if (present) hot_.set_value(loaded, found_.view());
    return loaded;
}

void write_behind::load_below(hot_entry& entry) {
    take_run_into_memory();
    if (entry.pending->below != entry_state::unread) return;
    if (disk_->get(entry.key(), found_)) hot_.set_value(entry, found_.view());
    entry.pending->below = entry_state::clean;
}

std::optional<bytes_view> write_behind::read(bytes_view key) {
    if (!run_.empty()) {
        take_run_into_memory();
        const hot_entry* const restored = hot_.find(key);
        if (restored && restored->committed_state() != entry_state::unread) return restored->value.get();
    }
    if (!disk_->get(key, found_)) return std::nullopt;
    return found_.view();
}

std::unique_ptr<store_cursor<store_entry>> write_behind::cursor(key_span span, iteration_order direction) {
    take_run_into_memory();
    return disk_->cursor(span, direction);
}

std::uint64_t write_behind::approximate_num_entries() { return disk_->approximate_num_entries() + unwritten_.size(); }

// Writing

entry_state write_behind::replaced(hot_entry& entry, entry_state before) {
    if (!disk_) return entry_state::clean;
    if (before != entry_state::unwritten) {
        unwritten_.push_back(&entry);
        unwritten_bytes_ += entry.memory_bytes();
    }
    return entry_state::unwritten;
}

void write_behind::committed(const store_position& committed, unevictable others) {
    if (!disk_) {
        if (floor_moved_) erase_expired(others);
        return;
    }
    const std::int64_t now = time_.steady_ms();
    if (is_due(committed)) write(committed, others);
    // Of a store that stands still as well: what it has not flushed takes memory of all.
    if (flushed_ || now - last_flush_ms_ < flush_interval_ms) return;
    disk_->flush(false);
    last_flush_ms_ = now;
    flushed_ = true;
}

bool write_behind::is_due(const store_position& committed) {
    if (committed == stored_ && unwritten_.empty()) return false;
    const std::int64_t wait = std::max(write_interval_ms, write_share * last_write_took_ms_);
    return !unwritten_memory_.fit_to(unwritten_bytes_) || unwritten_bytes_ >= memory::largest_write ||
           time_.steady_ms() - last_write_ms_ >= wait;
}

void write_behind::checkpoint(const store_position& committed, unevictable others, bool durable) {
    if (!disk_) return;
    if (!unwritten_.empty() || !run_.empty() || committed != stored_) write(committed, others);
    if (!durable) return;
    disk_->flush(true);
    last_flush_ms_ = time_.steady_ms();
    flushed_ = true;
}

void write_behind::write(const store_position& committed, unevictable others, bool restores_on) {
    const std::int64_t begin = time_.steady_ms();
    const bool in_bulk = restores_ && unwritten_bytes_ + run_.row_bytes() >= disk_->least_ingest();
    const auto entries = all_unwritten();
    const auto expired = floor_moved_ ? std::optional(floor_.view()) : std::nullopt;
    if (in_bulk)
        disk_->ingest(entries, expired, committed);
    else
        disk_->write(entries, expired, committed);
    ++writes_;
    flushed_ = false;
    restores_ = false;
    if (!run_.empty()) note_on_disk_only(entries);

    stored_ = committed;
    for (hot_entry* entry : unwritten_) {
        entry->set_committed_state(entry_state::clean);
        hot_.update_order(*entry);
    }
    unwritten_.clear();
    unwritten_bytes_ = 0;
    forget_run(restores_on ? unwritten_memory_.bytes() / 8 * 7 : 0);
    if (floor_moved_) erase_expired(others);
    evict(others);
    last_write_ms_ = time_.steady_ms();
    last_write_took_ms_ = last_write_ms_ - begin;
}

void write_behind::forget_run(std::size_t kept_bytes) {
    run_.clear(kept_bytes);
    unwritten_memory_.fit_to(unwritten_bytes_ + run_.memory_bytes());
}

/// Of those that wait, the ones that are not expired, by key.
std::vector<led_item<const hot_entry*>> write_behind::living_unwritten() const {
    constexpr std::size_t ahead = 8;
    std::vector<led_item<const hot_entry*>> living;
    living.reserve(unwritten_.size());
    std::size_t prefix = 0;
    for (std::size_t at = 0; at < unwritten_.size(); ++at) {
        if (unwritten_.size() - at > ahead) fetch(unwritten_[at + ahead]);
        const bytes_view key = unwritten_[at]->key();
        if (is_expired(key)) continue;
        prefix = living.empty() ? key.size() : common_prefix(key, living.front().item->key(), prefix);
        living.push_back({0, unwritten_[at]});
    }
    for (auto& [lead, entry] : living) lead = lead_of(entry->key(), prefix);
    sort_by_key<const hot_entry*>(living, prefix, [](const hot_entry* entry) { return entry->key(); }, fetch);
    return living;
}

/// By key, each key once.
std::vector<backing_write> write_behind::all_unwritten() {
    constexpr std::size_t ahead = 8;
    const auto living = living_unwritten();
    std::vector<backing_write> writes = restored_rows();
    const auto restored = static_cast<std::ptrdiff_t>(writes.size());
    writes.reserve(writes.size() + living.size());
    for (std::size_t at = 0; at < living.size(); ++at) {
        if (living.size() - at > ahead) fetch(living[at + ahead].item);
        writes.push_back({living[at].item->key(), living[at].item->value.get()});
    }
    if (restored == 0 || living.empty()) return writes;
    std::inplace_merge(writes.begin(), writes.begin() + restored, writes.end(), by_key);
    // What was written since it was restored comes behind, and counts.
    const auto same_key = [](const backing_write& a, const backing_write& b) { return a.key == b.key; };
    writes.erase(writes.begin(), std::unique(writes.rbegin(), writes.rend(), same_key).base());
    return writes;
}

/// Of a run, by key, the last of each key that is not expired. Valid until the next call.
std::vector<backing_write> write_behind::restored_rows() {
    std::vector<backing_write> rows = run_.sorted();
    if (!rows.empty() && is_expired(rows.front().key))
        rows.erase(rows.begin(), std::ranges::lower_bound(rows, floor_.view(), {}, &backing_write::key));
    return rows;
}

/// Takes in of which age the rows are that leave memory.
void write_behind::note_on_disk_only(std::span<const backing_write> written) {
    for (const auto& [key, value] : written) {
        const std::int64_t age = settings_.age(key);
        if (!value || age <= newest_on_disk_only_) continue;
        const hot_entry* const held = hot_.find(key);
        if (!held || held->committed_state() == entry_state::unread) newest_on_disk_only_ = age;
    }
}

void write_behind::close() {
    disk_.reset();
    clean_memory_.resize(0);
    unwritten_memory_.resize(0);
}

// Restore

void write_behind::restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail) {
    restores_ = true;
    hot_entry* entry = hot_.size() == 0 ? nullptr : hot_.find(key);
    if (!entry) {
        if (!disk_ && !tail) return;
        if (goes_past_memory()) return run_.put(key, head, tail);
        entry = hot_.insert(key, entry_state::clean);
    }
    hot_.set_value(*entry, head, tail);
    if (disk_) {
        entry->set_committed_state(replaced(*entry, entry->committed_state()));
        hot_.update_order(*entry);
    } else if (!tail) {
        hot_.erase(*entry);
    }
}

/// Most rows are not asked for while there are more, and are not made entries only to be evicted.
bool write_behind::goes_past_memory() const noexcept { return disk_ && !settings_.reads_restored; }

void write_behind::restored(const store_position& committed, unevictable others) {
    if (!disk_) {
        if (floor_moved_) erase_expired(others);
    } else if (!unwritten_memory_.fit_to(unwritten_bytes_ + run_.memory_bytes())) {
        write(committed, others, true);
    }
}

/// The newest rows are those that are asked for next, and all rows of a small store.
void write_behind::restored_all(const store_position& committed, unevictable others) {
    if (!run_.empty()) {
        if (clean_memory_.fit_to(clean_bytes(others) + run_.row_bytes()))
            take_run_into_memory();
        else if (settings_.age_of)
            take_newest_into_memory(others);
    }
    checkpoint(committed, others, false);
    forget_run();
}

/// For who reads what is restored before it is on disk.
void write_behind::take_run_into_memory() {
    for (const backing_write& row : restored_rows()) take_into_memory(row);
    run_.clear();
}

/// So many of a run that is too large for it as it has room for. All of them stay on their way to the disk.
void write_behind::take_newest_into_memory(unevictable others) {
    const auto rows = restored_rows();
    const std::size_t filled = clean_memory_.bytes() / 4 * 3; // as an eviction leaves it
    std::size_t room = filled - std::min(filled, clean_bytes(others));
    std::vector<std::pair<std::int64_t, std::size_t>> bytes_of_age;
    bytes_of_age.reserve(rows.size());
    for (const auto& [key, value] : rows) bytes_of_age.emplace_back(settings_.age(key), hot_tier::bytes_of(key, value));
    std::ranges::sort(bytes_of_age, std::ranges::greater());
    const auto refused = std::ranges::find_if(bytes_of_age, [&](const auto& each) {
        if (each.second > room) return true;
        room -= each.second;
        return false;
    });
    const std::int64_t too_old =
        refused == bytes_of_age.end() ? std::numeric_limits<std::int64_t>::min() : refused->first;
    for (const backing_write& row : rows)
        if (settings_.age(row.key) > too_old) take_into_memory(row);
}

void write_behind::take_into_memory(const backing_write& restored) {
    hot_entry* entry = hot_.find(restored.key);
    if (!entry) entry = hot_.insert(restored.key, entry_state::clean);
    hot_.set_value(*entry, restored.value);
    entry->set_committed_state(replaced(*entry, entry->committed_state()));
    hot_.update_order(*entry);
}

// Eviction and expiry

/// Forgets entries that are on disk as well: those not used since the last sweep first, and old ones before new ones, so
/// that the newest windows stay complete in memory.
void write_behind::evict(unevictable others) {
    if (clean_memory_.fit_to(clean_bytes(others))) return;
    loaded_since_eviction_ = 0;
    hot_.trim_kept(clean_memory_.bytes() / 8);
    const std::size_t used = clean_bytes(others);
    const std::size_t excess = used - std::min(used, clean_memory_.bytes() / 4 * 3);
    const std::size_t target = hot_.entry_bytes() - std::min(hot_.entry_bytes(), excess);
    const std::int64_t newest = settings_.age_of ? others.newest : std::numeric_limits<std::int64_t>::max();
    for (int pass = 0; pass < 3 && hot_.entry_bytes() > target; ++pass) {
        std::size_t left = hot_.entry_bytes();
        hot_.erase_if([&](hot_entry& entry) {
            if (entry.state != entry_state::clean) return false;
            if (pass == 0 && std::exchange(entry.referenced, false)) return false;
            const std::int64_t age = settings_.age(entry.key());
            if (left <= target || (pass < 2 && age >= newest)) return false;
            if (!entry.value.is_null()) newest_on_disk_only_ = std::max(newest_on_disk_only_, age);
            left -= entry.memory_bytes();
            return true;
        });
    }
    hot_.shrink(); // what was asked for in vain stays asked for until the next time
}

std::size_t write_behind::clean_bytes(unevictable others) const noexcept {
    const std::size_t all = hot_.memory_bytes() + others.lists + unwritten_.capacity() * sizeof(hot_entry*);
    return all - std::min(all, unwritten_bytes_ + others.bytes);
}

void write_behind::give_back(const store_position& committed, unevictable others) {
    if (unwritten_memory_.is_asked()) {
        checkpoint(committed, others, false);
        forget_run();
    }
    if (clean_memory_.is_asked()) evict(others);
}

void write_behind::expire_below(bytes_view key) {
    if (!(floor_.view() < key)) return;
    floor_.assign(key);
    floor_moved_ = true;
}

void write_behind::erase_expired(unevictable others) {
    hot_.erase_if([&](const hot_entry& entry) { return is_expired(entry.key()); });
    hot_.shrink();
    floor_moved_ = others.bytes > 0;
}

std::size_t write_behind::memory_bytes() const noexcept {
    return unwritten_.capacity() * sizeof(hot_entry*) + run_.memory_bytes() + (disk_ ? disk_->memory_bytes() : 0);
}

} // namespace streams::inline v0
