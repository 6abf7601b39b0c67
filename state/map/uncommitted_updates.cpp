#include "state/map/uncommitted_updates.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace streams::inline v0 {

namespace {
constexpr std::size_t cached_context_bytes = 48; // what Kafka Streams counts for a record's context, about

/// Has memory bring what the next steps of a walk over updates touch: the updates, and the entries of nearer ones.
template <class Element, class Project>
void fetch_ahead(std::span<Element> rest, Project update_of) {
    constexpr std::size_t near = 6;
    constexpr std::size_t far = 12;
    if (rest.size() <= far) return;
    __builtin_prefetch(std::invoke(update_of, rest[far]));
    __builtin_prefetch(std::invoke(update_of, rest[near])->entry);
}

std::size_t held_by(const pending_update& update) noexcept {
    return update.value.heap_bytes() + update.drained.heap_bytes();
}
} // namespace

uncommitted_updates::uncommitted_updates(const tiered_map_settings& settings, const store_environment& environment,
                                         hot_tier& hot, write_behind& below)
    : settings_(settings), current_(environment.current), changelog_(environment.changelog),
      cache_limit_(environment.cache_bytes > 0 ? static_cast<std::size_t>(environment.cache_bytes) : 0), hot_(hot),
      below_(below), heard_(environment.in_transactions), revoked_(environment.in_transactions),
      newest_flushed_(below.stored().observed) {}

uncommitted_updates::~uncommitted_updates() {
    for (pending_update* update : updates_) hot_.release(*update);
}

bool uncommitted_updates::forward_on_flush(flush_listener& listener, bool with_old_values) {
    if (!caches()) return false;
    listener_ = &listener;
    with_old_values_ = with_old_values;
    return true;
}

std::size_t uncommitted_updates::deleted() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        updates_, [](const pending_update* update) { return !update->log_only && update->value.is_null(); }));
}

// Writing

bool uncommitted_updates::write(pending_update& update, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    const bool fresh = update.order == 0;
    hot_entry& entry = *update.entry;
    if (fresh) {
        update.made = value && !update.log_only && update.below == entry_state::clean && entry.value.is_null() &&
                      !heard_.contains(entry.key());
        update.position = static_cast<std::uint32_t>(updates_.size());
        updates_.push_back(&update);
        ++dirty_count_;
        bytes_ += heap_block(sizeof(pending_update)) + held_by(update);
    } else if (!is_dirty(entry.state)) {
        // The drained value is what a commit without another flush, or an old value downstream, still needs.
        if (entry.state == entry_state::drained) update.drained.swap(update.value);
        entry.become(entry.state == entry_state::drained ? entry_state::redirtied : entry_state::dirty);
        ++dirty_count_;
    }
    const std::size_t before = update.value.heap_bytes();
    update.value.set(value);
    if (const std::size_t after = update.value.heap_bytes(); after != before) {
        hot_.account(before, after);
        bytes_ += after - before;
    }
    update.timestamp = current_.timestamp;
    update.log_sequence = log_sequence;
    if (listener_) update.metadata = current_.metadata;
    const bool logs_headers = settings_.log_headers && (!value || !settings_.prefix.headers);
    if ((listener_ || logs_headers) && current_.headers && !current_.headers->empty())
        update.headers = std::make_unique<streams::headers>(*current_.headers);
    else
        update.headers.reset();

    update.order = next_order_++;
    if (marks_.empty() || marks_.back().update != &update)
        marks_.push_back({update.order, &update});
    else
        marks_.back().order = update.order;
    if (marks_.size() > 2 * dirty_count_ + 1024) compact_marks();

    if (!listener_) return false;
    charge(update);
    return cached_bytes_ > cache_limit_ && !flushing_;
}

void uncommitted_updates::charge(pending_update& update) {
    const auto value = update.value.get();
    const std::size_t charge =
        update.entry->key_size - settings_.key_prefix + 1 + (value ? value->size() : 0) + cached_context_bytes;
    cached_bytes_ += charge - update.charge;
    update.charge = static_cast<std::uint32_t>(charge);
}

void uncommitted_updates::compact_marks() {
    std::erase_if(marks_, [](const dirty_mark& mark) { return mark.is_stale(); });
}

bool uncommitted_updates::retract(hot_entry& entry, std::int64_t observed) {
    if (!entry.pending || !is_traceless(*entry.pending, observed)) return false;
    pending_update& update = *entry.pending;
    if (is_dirty(entry.state)) --dirty_count_;
    cached_bytes_ -= update.charge;
    bytes_ -= heap_block(sizeof(pending_update)) + held_by(update);
    pending_update* const last = updates_.back();
    updates_[update.position] = last;
    last->position = update.position;
    updates_.pop_back();
    hot_.keep_next_released(); // marks of it remain
    settle(update, update.below);
    hot_.erase(entry);
    return true;
}

/// Whether deleting it may leave no trace: made since the last commit, and not what tells the changelog's reader how far
/// time has come.
bool uncommitted_updates::is_traceless(const pending_update& update, std::int64_t observed) const noexcept {
    return update.made && !has_drained(update.entry->state) &&
           (!settings_.age_of || settings_.age(update.entry->key()) < observed);
}

// Changelog and downstream

void uncommitted_updates::flush(std::int64_t observed) {
    flushing_ = true;
    std::vector<dirty_mark> marks;
    marks.swap(marks_);
    try {
        if (owes_correction()) correct_changelog();
        for (std::size_t at = 0; at < marks.size(); ++at) {
            fetch_ahead(std::span(marks).subspan(at), [](const dirty_mark& mark) { return mark.update; });
            if (!marks[at].is_stale()) flush_one(*marks[at].update, observed);
        }
    } catch (...) {
        flushing_ = false;
        marks.insert(marks.end(), marks_.begin(), marks_.end());
        marks_.swap(marks);
        compact_marks();
        throw;
    }
    flushing_ = false;
    marks.clear();
    if (marks_.empty()) marks_.swap(marks);
}

void uncommitted_updates::flush_one(pending_update& update, std::int64_t observed) {
    hot_entry& entry = *update.entry;
    const auto value = update.value.get();
    std::optional<bytes_view> old;
    const bool listening = listener_ != nullptr;
    const std::int64_t age = settings_.age(entry.key());
    const bool visible = !settings_.age_of || age > newest_flushed_ - settings_.visible_for;
    if (listening && visible && (with_old_values_ || !value)) old = last_flushed(update);

    --dirty_count_;
    cached_bytes_ -= std::exchange(update.charge, 0U);
    if (listening && !value && !old && (!visible || !heard_.contains(entry.key()))) {
        // Expired below: neither log nor listener hear of the deletion, but what was cached is gone all the same.
        entry.become(!visible || has_drained(entry.state) ? entry_state::drained : entry_state::retracted);
        return;
    }

    newest_flushed_ = std::max(newest_flushed_, age);
    if (!listening && !value && is_traceless(update, observed)) return entry.become(entry_state::retracted);
    entry.become(entry_state::drained);
    heard_.remove(entry.key());
    if (changelog_) append_to_changelog(logged_key(update), value, update.timestamp, update.headers.get());
    if (!listening) return;
    listener_->flushed({entry.key().subview(settings_.key_prefix), value, with_old_values_ ? old : std::nullopt,
                        update.timestamp, update.headers ? *update.headers : no_headers_, update.metadata});
    no_headers_.clear();
}

std::optional<bytes_view> uncommitted_updates::last_flushed(pending_update& update) {
    hot_entry& entry = *update.entry;
    if (has_drained(entry.state)) return update.drained.get();
    if (update.log_only) return std::nullopt;
    if (update.below == entry_state::unread) below_.load_below(entry);
    return entry.value.get();
}

/// What was rolled back would be read by whoever restores the store. What is written again goes there anyhow.
void uncommitted_updates::correct_changelog() {
    for (const streams::bytes& key : revoked_) {
        // A sequence number is given again to what is read again; what is committed has lower ones.
        const hot_entry* const entry = settings_.log_sequences ? nullptr : hot_.find(key.view());
        const pending_update* const update = entry ? entry->pending : nullptr;
        if (update && !update->value.is_null()) continue;
        const bool absent = update || settings_.log_sequences;
        append_to_changelog(key.view(), absent ? std::nullopt : committed_value(key.view()), current_.timestamp,
                            nullptr);
    }
    corrected_ = true;
}

/// Of a key that has no update. Valid until the next call.
std::optional<bytes_view> uncommitted_updates::committed_value(bytes_view key) {
    if (below_.is_expired(key)) return std::nullopt;
    if (const hot_entry* const entry = hot_.find(key)) return entry->value.get();
    if (below_.known_absent(key)) return std::nullopt;
    return below_.read(key);
}

/// The key as it is in the changelog, with the leading bytes that are left out there. Valid until the next call.
bytes_view uncommitted_updates::logged_key(const pending_update& update) {
    const bytes_view key = update.entry->key();
    if (!settings_.log_sequences) return key;
    log_key_.assign(key.subview(0, key.size() - sizeof(std::uint32_t)));
    append_big_endian(log_key_, update.log_sequence);
    return log_key_.view();
}

void uncommitted_updates::append_to_changelog(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp,
                                              const streams::headers* headers) {
    key = key.subview(settings_.key_prefix);
    if (!settings_.log_timestamps) timestamp = -1;
    if (!settings_.log_headers) headers = nullptr;
    if (!value) return changelog_->append(key, std::nullopt, timestamp, headers);
    const stored_prefix::cut parts = settings_.prefix.cut_off(*value);
    const std::int64_t stored_timestamp = parts.timestamp.value_or(timestamp);
    if (!settings_.prefix.headers) return changelog_->append(key, parts.value, stored_timestamp, headers);
    const streams::headers stored = detail::read_stored_headers(parts.headers);
    changelog_->append(key, parts.value, stored_timestamp, stored.empty() ? nullptr : &stored);
}

// Commit

void uncommitted_updates::commit() {
    std::size_t kept = 0;
    bytes_ = 0;
    for (std::size_t at = 0; at < updates_.size(); ++at) {
        fetch_ahead(std::span(updates_).subspan(at), std::identity());
        pending_update* const update = updates_[at];
        hot_entry& entry = *update->entry;
        if (has_drained(entry.state) && !update->log_only) {
            hot_.swap_value(entry, entry.state == entry_state::redirtied ? update->drained : update->value);
            update->below = below_.replaced(entry, update->below);
        }
        if (is_dirty(entry.state)) {
            if (entry.state == entry_state::redirtied) entry.become(entry_state::dirty);
            update->made = false; // what was drained may be committed now
            bytes_ += heap_block(sizeof(pending_update)) + update->value.heap_bytes();
            update->position = static_cast<std::uint32_t>(kept);
            updates_[kept++] = update;
            continue;
        }
        const bool in_table = !update->log_only;
        settle(*update, update->below);
        if (!in_table) continue;
        // Absent in memory is absent where nothing of that age is on disk alone.
        if (entry.value.is_null() && entry.state == entry_state::clean && below_.known_absent(entry.key()))
            hot_.erase(entry);
        else
            hot_.update_order(entry);
    }
    updates_.resize(kept);
    if (std::exchange(corrected_, false)) revoked_.clear();
}

void uncommitted_updates::settle(pending_update& update, entry_state committed) {
    update.entry->become(committed);
    hot_.release(update);
}

void uncommitted_updates::rollback(std::int64_t committed) {
    for (pending_update* update : updates_) {
        hot_entry& entry = *update->entry;
        const bool in_table = !update->log_only;
        if (changelog_ && has_drained(entry.state)) revoked_.add(logged_key(*update));
        if (listener_ && in_table && has_drained(entry.state) && entry.value.is_null()) heard_.add(entry.key());
        settle(*update, update->below);
        if (!in_table) continue;
        if (entry.state == entry_state::unread || (!below_.has_disk() && entry.value.is_null()))
            hot_.erase(entry);
        else
            hot_.update_order(entry);
    }
    updates_.clear();
    corrected_ = false;
    marks_.clear();
    dirty_count_ = 0;
    cached_bytes_ = bytes_ = 0;
    newest_flushed_ = committed;
}

} // namespace streams::inline v0
