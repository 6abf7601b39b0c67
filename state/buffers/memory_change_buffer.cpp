#include "state/buffers/memory_change_buffer.hpp"

#include "state/buffers/change_format.hpp"
#include "state/foreign_changelog_error.hpp"
#include "state/stored_prefix.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::byte changelog_format{3};
// What Kafka Streams' record headers with the prefixes of values are called.
constexpr const char* prior_prefix_name = "vh.prior";
constexpr const char* old_prefix_name = "vh.old";
constexpr stored_prefix value_prefix{.headers = true, .timestamp = true};

/// Kafka Streams' mark on the records of such a changelog.
const headers& version_headers() {
    static const headers version = [] {
        headers mark;
        bytes value;
        value.push_back(changelog_format);
        mark.add("v", std::move(value));
        return mark;
    }();
    return version;
}

void require_version(const record_view& record, std::string_view store) {
    const header* version = record.headers ? record.headers->last("v") : nullptr;
    if (version && version->value && version->value->size() == 1 && version->value->data()[0] == changelog_format)
        return;
    throw foreign_changelog_error(concat("suppress buffer ", store, " cannot be restored: the record at offset ",
                                         record.offset,
                                         " of its changelog is in another format than version 3, which "
                                         "Kafka Streams writes since 2.5; let a newer version of the application that "
                                         "wrote it drain its buffer first"));
}

/// Those that a record of the changelog carries. Where it carries none, as Kafka Streams takes them: the time of the change, and no
/// headers.
held_change::value_prefixes prefixes_of(const record_view& record, const held_change& change) {
    held_change::value_prefixes noted;
    const record_context of = change.context();
    value_prefix.make({.timestamp = of.timestamp, .headers = of.headers}, noted.new_value);
    value_prefix.make({.timestamp = of.timestamp}, noted.old_value);
    const header* const prior = record.headers->last(prior_prefix_name);
    const header* const old_value = record.headers->last(old_prefix_name);
    if (old_value && old_value->value) noted.old_value = *old_value->value;
    if (prior && prior->value)
        noted.prior = *prior->value;
    else if (change.prior() == change.old_value())
        noted.prior = noted.old_value;
    else
        value_prefix.make({.timestamp = of.timestamp}, noted.prior);
    return noted;
}

decoded_change decode(const record_view& record, std::string_view store) {
    try {
        return decode_change(*record.value);
    } catch (const serialization_error& cause) {
        throw foreign_changelog_error(concat("suppress buffer ", store, " cannot be restored: the record at offset ",
                                             record.offset, " of its changelog does not decode: ", cause.what(),
                                             "; see what else writes to that topic, and reset the application"));
    }
}

} // namespace

memory_change_buffer::memory_change_buffer(const store_spec& spec, const store_environment& environment)
    : spec_(spec), current_(environment.current), changelog_(environment.changelog),
      in_transactions_(environment.in_transactions) {}

memory_change_buffer::slot& memory_change_buffer::slot_of(bytes_view key) {
    if (const auto found = index_.find(key); found != index_.end()) return *found->second;
    slot* added = nullptr;
    if (free_.empty()) {
        added = &slots_.emplace_back();
    } else {
        added = free_.back();
        free_.pop_back();
    }
    added->name.assign(key);
    added->new_in = interval_;
    index_.emplace(added->key(), added);
    return *added;
}

/// The same text, for as long as the buffer is there.
std::string_view memory_change_buffer::lasting(std::string_view topic) {
    if (last_topic_ != topic || last_topic_.data() == nullptr) last_topic_ = *topics_.emplace(topic).first;
    return last_topic_;
}

/// REQUIRES: neither the changelog nor a rollback needs it.
void memory_change_buffer::release(slot& gone) {
    index_.erase(gone.key());
    gone.buffered = gone.dirty = gone.logged = gone.gone = false;
    gone.new_in = gone.saved_in = gone.told_in = 0;
    free_.push_back(&gone);
}

/// Before the first overwriting since the last commit: takes the change away. Null: there was nothing to save.
const held_change* memory_change_buffer::save(slot& changing) {
    if (!committed_before(changing) || changing.saved_in == interval_) return nullptr;
    changing.saved_in = interval_;
    heap_bytes_ -= changing.change.heap_bytes();
    saved_.push_back({&changing, std::exchange(changing.change, {})});
    return &saved_.back().change;
}

void memory_change_buffer::mark_dirty(slot& changed) {
    if (changelog_ == nullptr || std::exchange(changed.dirty, true)) return;
    uncommitted_bytes_ += changed.estimate;
    if (!std::exchange(changed.listed, true)) dirty_.push_back(&changed);
}

void memory_change_buffer::put(std::int64_t time, bytes_view key, std::optional<bytes_view> new_value,
                               std::optional<bytes_view> old_value) {
    slot& to = slot_of(key);
    const held_change* const saved = save(to);
    const held_change* const before = saved ? saved : to.buffered ? &to.change : nullptr;
    auto prefixes = prefixes_after(before);
    heap_bytes_ -= to.change.heap_bytes();
    if (!to.buffered) {
        to.change.begin(old_value);
        to.change.time = time;
    } else if (saved) {
        to.change.begin(saved->prior());
        to.change.time = saved->time;
    }
    to.change.update(current_, lasting(current_.metadata.topic), old_value, new_value);
    if (prefixes) to.change.note_prefixes(std::move(*prefixes));
    heap_bytes_ += to.change.heap_bytes();
    const bool placed = to.buffered;
    hold(to);
    if (!placed && !order_stale_) order_.push(to.change.time, to);
    mark_dirty(to);
}

/// Of the record at hand, where they are noted. What an old value came with is known of those that were held alone.
std::optional<held_change::value_prefixes> memory_change_buffer::prefixes_after(const held_change* before) const {
    if (!spec_.keeps_headers()) return std::nullopt;
    held_change::value_prefixes noted;
    value_prefix.make({.timestamp = current_.timestamp, .headers = current_.headers}, noted.new_value);
    if (before && before->new_value())
        noted.old_value = before->prefixes()->new_value;
    else
        value_prefix.make({.timestamp = -1}, noted.old_value);
    noted.prior = before ? before->prefixes()->prior : noted.old_value;
    return noted;
}

/// Counts the slot as an entry, by the change that it has now.
void memory_change_buffer::hold(slot& to) {
    drop(to);
    to.buffered = true;
    ++entries_;
    to.estimate = to.name.size() + to.change.estimated_bytes();
    entry_bytes_ += to.estimate;
}

void memory_change_buffer::drop(slot& gone) {
    if (!std::exchange(gone.buffered, false)) return;
    --entries_;
    entry_bytes_ -= gone.estimate;
}

void memory_change_buffer::order() {
    if (!std::exchange(order_stale_, false)) return;
    std::vector<slot*> held;
    for (const auto& [key, entry] : index_)
        if (entry->buffered) held.push_back(entry);
    std::ranges::sort(held, {}, [](const slot* each) { return each->change.time; });
    order_.clear();
    for (slot* const each : held) order_.push(each->change.time, *each);
}

std::int64_t memory_change_buffer::oldest_time() {
    order();
    return order_.empty() ? std::numeric_limits<std::int64_t>::max() : order_.oldest_time();
}

buffered_change memory_change_buffer::oldest() {
    order();
    const slot& first = order_.oldest();
    const record_context from = first.change.context();
    headers_.clear();
    if (from.headers) headers_ = *from.headers;
    return {first.key(), first.change.new_value(), first.change.old_value(), from.metadata, from.timestamp, headers_};
}

void memory_change_buffer::remove_oldest() {
    order();
    slot& gone = order_.oldest();
    order_.remove_oldest();
    drop(gone);
    if (committed_before(gone) && !std::exchange(gone.gone, true)) gone_.push_back(&gone);
    if (changelog_ != nullptr && gone.logged) return mark_dirty(gone);
    // It came and went between two flushes: the changelog never sees it.
    if (std::exchange(gone.dirty, false)) uncommitted_bytes_ -= std::min(uncommitted_bytes_, gone.estimate);
    if (!gone.gone && !is_told(gone)) release(gone);
}

std::optional<std::optional<bytes_view>> memory_change_buffer::prior_value(bytes_view key) const {
    const auto found = index_.find(key);
    if (found == index_.end() || !found->second->buffered) return std::nullopt;
    return found->second->change.prior();
}

void memory_change_buffer::restore(std::span<const record_view> records) {
    order_stale_ = true;
    for (const record_view& record : records) {
        if (!record.key) continue;
        slot& to = slot_of(*record.key);
        if (!record.value) {
            drop(to);
            release(to);
            continue;
        }
        require_version(record, spec_.name);
        const decoded_change change = decode(record, spec_.name);
        decode_headers(*record.value, change, headers_);
        heap_bytes_ -= to.change.heap_bytes();
        to.change.begin(change.prior);
        to.change.time = change.time;
        to.change.update({change.metadata, change.timestamp, &headers_}, lasting(change.metadata.topic),
                         change.old_value, change.new_value);
        if (spec_.keeps_headers()) to.change.note_prefixes(prefixes_of(record, to.change));
        heap_bytes_ += to.change.heap_bytes();
        hold(to);
        to.new_in = 0;
        to.logged = true;
    }
}

void memory_change_buffer::write(const slot& entry) {
    encode_change(entry.change.context(), entry.change.prior(), entry.change.old_value(), entry.change.new_value(),
                  entry.change.time, scratch_);
    if (!spec_.keeps_headers()) return changelog_->append(entry.key(), scratch_.view(), -1, &version_headers());
    streams::headers marked = version_headers();
    const held_change& change = entry.change;
    if (change.prior() && !change.old_is_prior()) marked.add(prior_prefix_name, change.prefixes()->prior);
    if (change.old_value()) marked.add(old_prefix_name, change.prefixes()->old_value);
    changelog_->append(entry.key(), scratch_.view(), -1, &marked);
}

void memory_change_buffer::flush() {
    for (slot* const each : dirty_) {
        each->listed = false;
        if (!std::exchange(each->dirty, false)) continue;
        each->logged = each->buffered;
        if (each->buffered)
            write(*each);
        else
            changelog_->append(each->key(), std::nullopt, -1, nullptr);
        note_told(*each);
    }
    dirty_.clear();
}

void memory_change_buffer::note_told(slot& told) {
    if (std::exchange(told.told_in, interval_) != interval_) told_.push_back(&told);
}

void memory_change_buffer::committed(std::optional<std::int64_t>) {
    for (slot* const each : gone_) {
        each->gone = false;
        if (!each->buffered) release(*each);
    }
    gone_.clear();
    for (slot* const each : told_)
        if (is_told(*each) && !each->buffered) release(*each);
    told_.clear();
    saved_.clear();
    ++interval_;
    uncommitted_bytes_ = 0;
}

void memory_change_buffer::rollback() {
    std::vector<slot*> revoked; // the next flush tells the changelog what they are without what is rolled back
    if (!in_transactions_) revoked.swap(told_);
    std::vector<slot*> added;
    for (const auto& [key, entry] : index_)
        if (entry->new_in == interval_) added.push_back(entry);
    for (slot* const each : added) {
        drop(*each);
        if (in_transactions_ || !is_told(*each)) release(*each);
    }
    const auto bring_back = [this](slot& to) {
        hold(to);
        to.dirty = to.gone = false;
        to.logged = changelog_ != nullptr;
    };
    for (saved_change& each : saved_) {
        heap_bytes_ -= each.owner->change.heap_bytes();
        each.owner->change = std::move(each.change);
        heap_bytes_ += each.owner->change.heap_bytes();
        bring_back(*each.owner);
    }
    for (slot* const each : gone_) bring_back(*each);
    gone_.clear();
    for (slot* const each : dirty_) each->dirty = each->listed = false;
    dirty_.clear();
    order_stale_ = true;
    const auto rolled_back_in = interval_;
    committed(std::nullopt);
    for (slot* const each : revoked) {
        if (each->new_in == rolled_back_in) each->new_in = interval_;
        each->logged = true;
        note_told(*each);
        mark_dirty(*each);
    }
}

void memory_change_buffer::close() {
    index_.clear();
    order_.clear();
    dirty_.clear();
    gone_.clear();
    saved_.clear();
    told_.clear();
    free_.clear();
    slots_.clear();
    entries_ = entry_bytes_ = heap_bytes_ = uncommitted_bytes_ = 0;
}

std::size_t memory_change_buffer::memory_bytes() const {
    return slots_.size() * sizeof(slot) + heap_bytes_ + order_.capacity_bytes() +
           index_.capacity() * (sizeof(std::pair<bytes_view, slot*>) + 1) + saved_.capacity() * sizeof(saved_change);
}

} // namespace streams::inline v0
