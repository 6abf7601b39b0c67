#include "state/map/restore_run.hpp"

#include "src/core/memory_limits.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace streams::inline v0 {

namespace {

/// One page of the larger kind that processors have: rows that are looked at in any order cost a look-up of their page each.
constexpr std::size_t large_block = 32 * memory::restore_block;
/// From so many bytes on blocks are large: of fewer they would be a large part.
constexpr std::size_t many_bytes = 4 * large_block;
constexpr unsigned bits_of_offset = std::bit_width(large_block - 1);

std::byte* map_pages(std::size_t size) {
    void* const mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    return static_cast<std::byte*>(mapped);
}

std::byte* map_large_block() {
    std::byte* const mapped = map_pages(2 * large_block);
    const auto past_page = reinterpret_cast<std::uintptr_t>(mapped) % large_block;
    const std::size_t before = past_page == 0 ? 0 : large_block - past_page;
    if (before > 0) munmap(mapped, before);
    munmap(mapped + before + large_block, large_block - before);
    madvise(mapped + before, large_block, MADV_HUGEPAGE); // refused, it is a block of small pages
    return mapped + before;
}

} // namespace

// Gathering

restore_run::block::block(std::size_t bytes)
    : begin(bytes == large_block ? map_large_block() : new std::byte[bytes]), size(bytes) {}

restore_run::block::~block() {
    if (size == large_block)
        munmap(begin, size);
    else
        delete[] begin;
}

std::byte* restore_run::allocate(std::size_t size) {
    if (size > free_bytes_) {
        const auto next = blocks_.begin() + static_cast<std::ptrdiff_t>(filled_blocks_);
        if (next == blocks_.end() || size > (*next)->size) {
            const std::size_t usual = block_bytes_ < many_bytes ? memory::restore_block : large_block;
            blocks_.insert(next, std::make_unique<block>(std::max(size, usual)));
            block_bytes_ += blocks_[filled_blocks_]->size;
        }
        free_ = blocks_[filled_blocks_]->begin;
        free_bytes_ = blocks_[filled_blocks_]->size;
        ++filled_blocks_;
    }
    free_bytes_ -= size;
    content_bytes_ += size;
    return std::exchange(free_, free_ + size);
}

void restore_run::put(bytes_view key, bytes_view head, std::optional<bytes_view> tail) {
    const std::size_t value_size = tail ? head.size() + tail->size() : 0;
    const sizes both{static_cast<std::uint32_t>(key.size()), tail ? static_cast<std::uint32_t>(value_size) : deleted};
    std::byte* const copy = allocate(sizeof both + key.size() + value_size);
    std::byte* to = copy;
    const auto append = [&to](const void* from, std::size_t size) {
        if (size > 0) std::memcpy(to, from, size);
        to += size;
    };
    append(&both, sizeof both);
    append(key.data(), key.size());
    if (tail) {
        append(head.data(), head.size());
        append(tail->data(), tail->size());
    }
    const bytes_view held(copy + sizeof both, key.size());
    learn_prefix(held);
    const std::size_t last = filled_blocks_ - 1;
    const auto offset = static_cast<std::uint64_t>(copy - blocks_[last]->begin);
    rows_.push_back({lead_of(held, prefix_), last << bits_of_offset | offset});
}

void restore_run::learn_prefix(bytes_view key) {
    if (rows_.empty()) {
        first_key_ = key;
        prefix_ = key.size();
        return;
    }
    const std::size_t common = common_prefix(key, first_key_, prefix_);
    if (common == prefix_) return;
    prefix_ = common;
    for (row& each : rows_) each.lead = lead_of(key_of(each.item), prefix_);
}

// Sorting

const std::byte* restore_run::begin_of(place of) const noexcept {
    return blocks_[of >> bits_of_offset]->begin + (of & ((std::uint64_t{1} << bits_of_offset) - 1));
}

bytes_view restore_run::key_of(place of) const noexcept {
    const std::byte* const from = begin_of(of);
    sizes both{};
    std::memcpy(&both, from, sizeof both);
    return {from + sizeof both, both.key};
}

backing_write restore_run::write_of(place of) const noexcept {
    const std::byte* const from = begin_of(of);
    sizes both{};
    std::memcpy(&both, from, sizeof both);
    const bytes_view key(from + sizeof both, both.key);
    if (both.value == deleted) return {key, std::nullopt};
    return {key, bytes_view(key.end(), both.value)};
}

std::vector<backing_write> restore_run::sorted() {
    std::vector<backing_write> found;
    const auto fetch = [this](place of) { __builtin_prefetch(begin_of(of)); };
    sort_by_key<place>(rows_, prefix_, [this](place of) { return key_of(of); }, fetch);
    found.reserve(rows_.size());
    constexpr std::ptrdiff_t ahead = 16; // in memory they lie in the order in which they came
    for (auto at = rows_.begin(); at != rows_.end(); ++at) {
        if (rows_.end() - at > ahead) fetch(at[ahead].item);
        const bool has_newer =
            at + 1 != rows_.end() && at[1].lead == at->lead && key_of(at[1].item) == key_of(at->item);
        if (!has_newer) found.push_back(write_of(at->item));
    }
    return found;
}

void restore_run::clear(std::size_t kept) {
    rows_.clear();
    std::size_t left = kept - std::min(kept, rows_.capacity() * sizeof(row));
    std::size_t kept_blocks = 0;
    for (; kept_blocks < blocks_.size(); ++kept_blocks) {
        const std::size_t size = blocks_[kept_blocks]->size;
        if (size > std::min(left, large_block)) break; // a larger one has room for a single row
        left -= size;
    }
    if (kept_blocks == 0) rows_.shrink_to_fit();
    blocks_.resize(kept_blocks);
    block_bytes_ = 0;
    for (const auto& each : blocks_) block_bytes_ += each->size;
    filled_blocks_ = content_bytes_ = free_bytes_ = 0;
    free_ = nullptr;
}

} // namespace streams::inline v0
