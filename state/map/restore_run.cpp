#include "state/map/restore_run.hpp"

#include "src/core/memory_limits.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace streams::inline v0 {

namespace {
constexpr unsigned bits_of_offset = std::bit_width(memory::restore_block - 1);
} // namespace

// Gathering

std::byte* restore_run::allocate(std::size_t size) {
    if (size > free_bytes_) {
        const auto next = blocks_.begin() + static_cast<std::ptrdiff_t>(filled_blocks_);
        free_bytes_ = std::max(size, memory::restore_block);
        if (next == blocks_.end() || size > memory::restore_block) {
            free_ = blocks_.insert(next, std::make_unique_for_overwrite<std::byte[]>(free_bytes_))->get();
            block_bytes_ += free_bytes_;
        } else {
            free_ = next->get();
        }
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
    learn_prefix(key);
    const std::size_t block = filled_blocks_ - 1;
    const auto offset = static_cast<std::uint64_t>(copy - blocks_[block].get());
    rows_.push_back({lead_of(key), block << bits_of_offset | offset});
}

void restore_run::learn_prefix(bytes_view key) {
    if (rows_.empty()) {
        prefix_ = key.size();
        return;
    }
    const bytes_view first = key_of(rows_.front());
    if (key.starts_with(first.subview(0, prefix_))) return;
    prefix_ = std::min(prefix_, key.size());
    const auto end = std::mismatch(key.begin(), key.begin() + prefix_, first.begin()).first;
    prefix_ = static_cast<std::size_t>(end - key.begin());
    for (row& each : rows_) each.lead = lead_of(key_of(each));
}

std::uint64_t restore_run::lead_of(bytes_view key) const noexcept {
    const std::size_t rest = key.size() - prefix_;
    if (rest >= sizeof(std::uint64_t)) return load_big_endian<std::uint64_t>(key.data() + prefix_);
    std::byte lead[sizeof(std::uint64_t)]{};
    if (rest > 0) std::memcpy(lead, key.data() + prefix_, rest);
    return load_big_endian<std::uint64_t>(lead);
}

// Sorting

const std::byte* restore_run::begin_of(row of) const noexcept {
    return blocks_[of.place >> bits_of_offset].get() + (of.place & ((std::uint64_t{1} << bits_of_offset) - 1));
}

bytes_view restore_run::key_of(row of) const noexcept {
    const std::byte* const from = begin_of(of);
    sizes both{};
    std::memcpy(&both, from, sizeof both);
    return {from + sizeof both, both.key};
}

backing_write restore_run::write_of(row of) const noexcept {
    const std::byte* const from = begin_of(of);
    sizes both{};
    std::memcpy(&both, from, sizeof both);
    const bytes_view key(from + sizeof both, both.key);
    if (both.value == deleted) return {key, std::nullopt};
    return {key, bytes_view(key.end(), both.value)};
}

/// By counting bytes, the last first: each pass keeps the order of the one before, and at the end that in which rows came.
void restore_run::sort_by_lead() {
    constexpr std::size_t digits = sizeof(std::uint64_t);
    constexpr std::size_t values = 256;
    const auto digit_of = [](const row& of, std::size_t digit) { return of.lead >> 8 * digit & (values - 1); };
    std::array<std::array<std::uint32_t, values>, digits> counts{};
    for (const row& each : rows_)
        for (std::size_t digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(each, digit)];
    std::vector<row> sorted(rows_.size());
    for (std::size_t digit = 0; digit < digits; ++digit) {
        auto& places = counts[digit];
        if (places[digit_of(rows_.front(), digit)] == rows_.size()) continue;
        std::uint32_t next = 0;
        for (std::uint32_t& place : places) next += std::exchange(place, next);
        for (const row& each : rows_) sorted[places[digit_of(each, digit)]++] = each;
        rows_.swap(sorted);
    }
}

/// By key, those of one key in the order in which they came.
void restore_run::sort() {
    const auto is_before = [this](const row& a, const row& b) {
        const auto order = key_of(a) <=> key_of(b);
        return order != 0 ? order < 0 : a.place < b.place;
    };
    sort_by_lead();
    for (auto begin = rows_.begin(); begin != rows_.end();) {
        const auto end = std::find_if(begin, rows_.end(), [&](const row& each) { return each.lead != begin->lead; });
        if (end - begin > 1) std::sort(begin, end, is_before);
        begin = end;
    }
}

std::vector<backing_write> restore_run::sorted() {
    std::vector<backing_write> found;
    if (rows_.empty()) return found;
    sort();
    found.reserve(rows_.size());
    constexpr std::ptrdiff_t ahead = 16; // in memory they lie in the order in which they came
    for (auto at = rows_.begin(); at != rows_.end(); ++at) {
        if (rows_.end() - at > ahead) __builtin_prefetch(begin_of(at[ahead]));
        const bool has_newer = at + 1 != rows_.end() && at[1].lead == at->lead && key_of(at[1]) == key_of(*at);
        if (!has_newer) found.push_back(write_of(*at));
    }
    return found;
}

void restore_run::clear(std::size_t kept) {
    const bool all_alike = block_bytes_ == blocks_.size() * memory::restore_block;
    const std::size_t table = rows_.capacity() * sizeof(row);
    const std::size_t kept_blocks = all_alike && table <= kept ? (kept - table) / memory::restore_block : 0;
    rows_.clear();
    if (kept_blocks == 0) rows_.shrink_to_fit();
    blocks_.resize(std::min(kept_blocks, blocks_.size()));
    block_bytes_ = blocks_.size() * memory::restore_block;
    filled_blocks_ = content_bytes_ = free_bytes_ = 0;
    free_ = nullptr;
}

} // namespace streams::inline v0
