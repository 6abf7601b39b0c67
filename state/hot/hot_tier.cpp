#include "state/hot/hot_tier.hpp"

#include "src/core/memory_limits.hpp"
#include "state/hot/copy_bytes.hpp"

#include <algorithm>
#include <new>

namespace streams::inline v0 {

hot_entry* hot_entry::make(bytes_view key) {
    void* block = std::malloc(sizeof(hot_entry) + key.size());
    if (!block) throw std::bad_alloc();
    auto* entry = new (block) hot_entry;
    entry->key_size = static_cast<std::uint32_t>(key.size());
    copy_bytes(reinterpret_cast<std::byte*>(entry + 1), key.data(), key.size());
    return entry;
}

void hot_entry::destroy(hot_entry* entry) noexcept {
    entry->~hot_entry();
    std::free(entry);
}

hot_tier::~hot_tier() {
    for_each([this](hot_entry* entry) {
        if (entry->pending) release(*entry->pending);
        hot_entry::destroy(entry);
    });
}

hot_entry* hot_tier::search(bytes_view key) const {
    if (chains_) return chains_->find(key);
    const auto at = entries_.find(key);
    return at == entries_.end() ? nullptr : *at;
}

hot_entry* hot_tier::search_or_insert(bytes_view key, entry_state state_if_new) {
    bool is_new = false;
    if (chains_) {
        const auto found = chains_->find_or_insert(key);
        last_found_ = found.entry;
        is_new = found.is_new;
    } else {
        last_found_ = *entries_.lazy_emplace(key, [&](const table::constructor& construct) {
            is_new = true;
            construct(hot_entry::make(key));
        });
    }
    if (!is_new) return last_found_;
    ++changes_;
    last_found_->state = state_if_new;
    heap_bytes_ += last_found_->memory_bytes();
    if (ordered_ && is_ordered(*last_found_)) ordered_->insert(last_found_);
    return last_found_;
}

pending_update& hot_tier::add_update(hot_entry& entry) {
    std::unique_ptr<pending_update> update;
    if (free_.empty()) {
        update = std::make_unique<pending_update>();
    } else {
        update = std::move(free_.back());
        free_.pop_back();
        kept_bytes_ -= update->value.heap_bytes();
        heap_bytes_ += update->value.heap_bytes();
    }
    update->entry = &entry;
    update->below = entry.state;
    entry.become(entry_state::dirty);
    entry.pending = update.release();
    ++pending_count_;
    // Room for it when it is released, which must not fail.
    if (free_.capacity() < std::min(pending_count_, memory::kept_updates)) free_.reserve(2 * pending_count_);
    update_order(entry);
    return *entry.pending;
}

pending_update& hot_tier::pend_log_only(bytes_view key) {
    hot_entry* entry = hot_entry::make(key);
    heap_bytes_ += entry->memory_bytes();
    auto update = std::make_unique<pending_update>();
    update->entry = entry;
    update->log_only = true;
    entry->become(entry_state::dirty);
    entry->pending = update.release();
    ++pending_count_;
    return *entry->pending;
}

void hot_tier::release(pending_update& update) noexcept {
    std::unique_ptr<pending_update> owned(&update);
    hot_entry& entry = *update.entry;
    entry.pending = nullptr;
    --pending_count_;
    heap_bytes_ -= update.value.heap_bytes() + update.drained.heap_bytes();
    if (update.log_only) {
        heap_bytes_ -= entry.memory_bytes();
        hot_entry::destroy(&entry);
        return;
    }
    if (free_.size() == free_.capacity()) return;
    update.value.reset(memory::kept_value);
    update.drained.reset();
    kept_bytes_ += update.value.heap_bytes();
    update.headers.reset();
    update.made = false;
    update.order = 0;
    update.charge = 0;
    free_.push_back(std::move(owned));
}

void hot_tier::set_value(hot_entry& entry, bytes_view head, std::optional<bytes_view> tail) {
    const std::size_t before = entry.value.heap_bytes();
    if (tail)
        entry.value.assign(head, *tail);
    else
        entry.value.set(std::nullopt);
    account(before, entry.value.heap_bytes());
}

void hot_tier::swap_value(hot_entry& entry, value_slot& with) noexcept { entry.value.swap(with); }

void hot_tier::update_ordered(hot_entry& entry) {
    const bool changed = is_ordered(entry) ? ordered_->insert(&entry).second : ordered_->erase(&entry) > 0;
    if (changed) ++changes_;
}

void hot_tier::forget(hot_entry& entry) noexcept {
    ++changes_;
    if (ordered_) ordered_->erase(&entry);
    if (last_found_ == &entry) last_found_ = nullptr;
    heap_bytes_ -= entry.memory_bytes();
    hot_entry::destroy(&entry);
}

void hot_tier::erase(hot_entry& entry) {
    if (chains_)
        chains_->erase(entry);
    else
        entries_.erase(&entry);
    forget(entry);
}

const hot_tier::ordered_entries& hot_tier::ordered() {
    if (!ordered_) {
        std::vector<hot_entry*> found;
        for_each([&](hot_entry* entry) {
            if (is_ordered(*entry)) found.push_back(entry);
        });
        std::sort(found.begin(), found.end(), key_less{});
        ordered_ = std::make_unique<ordered_entries>(found.begin(), found.end());
    }
    return *ordered_;
}

void hot_tier::shrink() {
    ++changes_;
    if (chains_) return chains_->shrink();
    if (entries_.size() < entries_.capacity() / 4) entries_.rehash(entries_.size() * 2);
}

void hot_tier::trim_kept(std::size_t bytes) noexcept {
    while (!free_.empty() && kept_bytes_ + free_.size() * heap_block(sizeof(pending_update)) > bytes) {
        kept_bytes_ -= free_.back()->value.heap_bytes();
        free_.pop_back();
    }
}

std::size_t hot_tier::memory_bytes() const noexcept {
    constexpr std::size_t tree_entry = sizeof(hot_entry*) * 3 / 2;
    const std::size_t index = chains_ ? chains_->memory_bytes() : entries_.capacity() * slot_bytes;
    return heap_bytes_ + kept_bytes_ + index + (ordered_ ? ordered_->size() * tree_entry : 0) +
           (pending_count_ + free_.size()) * heap_block(sizeof(pending_update));
}

} // namespace streams::inline v0
