#include "state/memory_change_buffer.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::byte format_version{3};

/// Kafka Streams' mark on the records of such a changelog.
const headers& version_headers() {
    static const headers version = [] {
        headers of;
        bytes value;
        value.push_back(format_version);
        of.add("v", std::move(value));
        return of;
    }();
    return version;
}

void require_version(const record_view& record, std::string_view store) {
    const header* version = record.headers ? record.headers->last("v") : nullptr;
    if (version && version->value && version->value->size() == 1 && version->value->data()[0] == format_version) return;
    throw state_error(concat("the changelog of suppress buffer ", store, " holds a record at offset ", record.offset,
                             " in another format than version 3, which Kafka Streams writes since 2.5; let a newer "
                             "version of the application that wrote it drain its buffer first"));
}

std::uint64_t head_of(bytes_view key) noexcept {
    std::byte head[sizeof(std::uint64_t)] = {};
    if (!key.empty()) std::memcpy(head, key.data(), std::min(key.size(), sizeof head));
    return load_big_endian<std::uint64_t>(head);
}

} // namespace

/// Orders the heap: its front is the smallest time, then key.
struct memory_change_buffer::after {
    bool operator()(const place& a, const place& b) const noexcept {
        if (a.time != b.time) return a.time > b.time;
        if (a.key_head != b.key_head) return a.key_head > b.key_head;
        return b.of->key.view() < a.of->key.view();
    }
};

memory_change_buffer::memory_change_buffer(const store_spec& spec, const store_environment& environment)
    : spec_(spec), current_(environment.current), changelog_(environment.changelog) {}

memory_change_buffer::slot& memory_change_buffer::slot_of(bytes_view key) {
    if (const auto found = index_.find(key); found != index_.end()) return *found->second;
    slot* added = nullptr;
    if (free_.empty()) {
        added = &slots_.emplace_back();
    } else {
        added = free_.back();
        free_.pop_back();
    }
    added->key.assign(key);
    added->new_in = interval_;
    index_.emplace(added->key.view(), added);
    return *added;
}

void memory_change_buffer::release(slot& gone) {
    index_.erase(gone.key.view());
    gone.buffered = gone.dirty = gone.logged = false;
    gone.new_in = gone.saved_in = 0;
    free_.push_back(&gone);
}

/// Before the first change since the last commit. Takes the content, which is replaced or dropped next.
void memory_change_buffer::save(slot& changing) {
    if (changing.new_in == interval_ || changing.saved_in == interval_) return;
    changing.saved_in = interval_;
    saved_.push_back({bytes(changing.key.view()), bytes(changing.content.view()), changing.time, changing.buffered,
                      changing.logged});
}

void memory_change_buffer::mark_dirty(slot& changed) {
    if (changelog_ == nullptr || std::exchange(changed.dirty, true)) return;
    uncommitted_bytes_ += changed.key.size() + changed.content.size();
    if (!std::exchange(changed.listed, true)) dirty_.push_back(&changed);
}

void memory_change_buffer::put(std::int64_t time, bytes_view key, std::optional<bytes_view> new_value,
                               std::optional<bytes_view> old_value) {
    slot& to = slot_of(key);
    save(to);
    const bool there = to.buffered;
    const auto prior = there ? decode_change(to.content).prior : old_value;
    encode_change(current_, prior, old_value, new_value, there ? to.time : time, scratch_);
    set(to, there ? to.time : time, current_.headers ? current_.headers->size() : 0, there);
    mark_dirty(to);
}

/// Makes the scratch bytes the content. `keep_place`: the heap knows the slot at this time already.
void memory_change_buffer::set(slot& to, std::int64_t time, std::size_t headers, bool keep_place) {
    content_bytes_ -= to.content.capacity();
    std::swap(to.content, scratch_);
    content_bytes_ += to.content.capacity();
    if (to.buffered)
        entry_bytes_ -= to.estimate;
    else
        ++entries_;
    to.estimate = to.key.size() + estimated_bytes(to.content.size(), headers);
    entry_bytes_ += to.estimate;
    to.buffered = true;
    to.time = time;
    if (keep_place || heap_stale_) return;
    heap_.push_back({time, head_of(to.key), &to});
    std::push_heap(heap_.begin(), heap_.end(), after{});
}

void memory_change_buffer::drop(slot& gone) {
    if (!std::exchange(gone.buffered, false)) return;
    --entries_;
    entry_bytes_ -= gone.estimate;
}

void memory_change_buffer::order() {
    if (!heap_stale_) return;
    heap_.clear();
    for (const auto& [key, of] : index_)
        if (of->buffered) heap_.push_back({of->time, head_of(key), of});
    std::make_heap(heap_.begin(), heap_.end(), after{});
    heap_stale_ = false;
}

std::int64_t memory_change_buffer::oldest_time() {
    order();
    return heap_.empty() ? std::numeric_limits<std::int64_t>::max() : heap_.front().time;
}

buffered_change memory_change_buffer::oldest() {
    order();
    const slot& first = *heap_.front().of;
    const decoded_change change = decode_change(first.content);
    decode_headers(first.content, change, headers_);
    return {first.key.view(), change.new_value, change.old_value, change.metadata, change.timestamp, headers_};
}

void memory_change_buffer::remove_oldest() {
    order();
    slot& gone = *heap_.front().of;
    std::pop_heap(heap_.begin(), heap_.end(), after{});
    heap_.pop_back();
    save(gone);
    drop(gone);
    if (changelog_ != nullptr && gone.logged)
        mark_dirty(gone);
    else
        forget(gone);
}

/// It came and went between two commits: the changelog never sees it.
void memory_change_buffer::forget(slot& gone) {
    if (gone.dirty)
        uncommitted_bytes_ -= std::min(uncommitted_bytes_, gone.key.size() + gone.content.size());
    release(gone);
}

std::optional<std::optional<bytes_view>> memory_change_buffer::prior_value(bytes_view key) const {
    const auto found = index_.find(key);
    if (found == index_.end() || !found->second->buffered) return std::nullopt;
    return decode_change(found->second->content).prior;
}

void memory_change_buffer::restore(std::span<const record_view> records) {
    heap_stale_ = true;
    for (const record_view& record : records) {
        if (!record.key) continue;
        slot& to = slot_of(*record.key);
        if (!record.value) {
            drop(to);
            release(to);
            continue;
        }
        require_version(record, spec_.name);
        scratch_.assign(*record.value);
        const decoded_change change = decode_change(scratch_);
        set(to, change.time, change.headers, true);
        to.new_in = 0;
        to.logged = true;
    }
}

void memory_change_buffer::flush() {
    for (slot* const each : dirty_) {
        each->listed = false;
        if (!std::exchange(each->dirty, false)) continue;
        if (each->buffered) {
            changelog_->append(each->key, each->content.view(), -1, &version_headers());
            each->logged = true;
        } else {
            changelog_->append(each->key, std::nullopt, -1, nullptr);
            release(*each);
        }
    }
    dirty_.clear();
}

void memory_change_buffer::committed(std::optional<std::int64_t>) {
    saved_.clear();
    ++interval_;
    uncommitted_bytes_ = 0;
}

void memory_change_buffer::rollback() {
    std::vector<slot*> gone;
    for (const auto& [key, of] : index_)
        if (of->new_in == interval_) gone.push_back(of);
    for (slot* const each : gone) {
        drop(*each);
        release(*each);
    }
    heap_stale_ = true;
    for (const saved_slot& each : saved_) {
        slot& to = slot_of(each.key);
        drop(to);
        to.new_in = to.saved_in = 0;
        to.dirty = false;
        to.logged = each.logged;
        if (!each.buffered) {
            release(to);
            continue;
        }
        scratch_.assign(each.content);
        set(to, each.time, decode_change(scratch_).headers, true);
    }
    for (slot* const each : dirty_) each->listed = false;
    dirty_.clear();
    committed(std::nullopt);
}

void memory_change_buffer::close() {
    index_.clear();
    heap_.clear();
    dirty_.clear();
    saved_.clear();
    free_.clear();
    slots_.clear();
    entries_ = entry_bytes_ = content_bytes_ = uncommitted_bytes_ = 0;
}

std::size_t memory_change_buffer::memory_bytes() const {
    return slots_.size() * sizeof(slot) + content_bytes_ + heap_.capacity() * sizeof(place) +
           index_.capacity() * (sizeof(std::pair<bytes_view, slot*>) + 1) + saved_.capacity() * sizeof(saved_slot);
}

} // namespace streams::inline v0
