#include "state/map/restore_run.hpp"

#include "src/core/memory_limits.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace streams::inline v0 {

std::byte* restore_run::allocate(std::size_t size) {
    if (size > free_bytes_) {
        free_bytes_ = std::max(size, memory::restore_block);
        block_bytes_ += free_bytes_;
        free_ = blocks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(free_bytes_)).get();
    }
    free_bytes_ -= size;
    return std::exchange(free_, free_ + size);
}

void restore_run::put(bytes_view key, bytes_view head, std::optional<bytes_view> tail) {
    const std::size_t value_size = tail ? head.size() + tail->size() : 0;
    std::byte* const copy = allocate(key.size() + value_size);
    std::byte* to = copy;
    const auto append = [&to](bytes_view part) {
        if (!part.empty()) std::memcpy(to, part.data(), part.size());
        to += part.size();
    };
    append(key);
    if (tail) {
        append(head);
        append(*tail);
    }
    rows_.push_back({.lead = 0,
                     .key = copy,
                     .key_size = static_cast<std::uint32_t>(key.size()),
                     .value_size = tail ? static_cast<std::uint32_t>(value_size) : deleted,
                     .number = static_cast<std::uint32_t>(rows_.size())});
}

/// How many bytes all keys begin with.
std::size_t restore_run::common_prefix() const noexcept {
    const bytes_view first = key_of(rows_.front());
    std::size_t common = first.size();
    for (const row& each : rows_) {
        const std::size_t most = std::min<std::size_t>(common, each.key_size);
        const auto end = std::mismatch(first.data(), first.data() + most, each.key).first;
        common = static_cast<std::size_t>(end - first.data());
    }
    return common;
}

std::vector<backing_write> restore_run::sorted() {
    std::vector<backing_write> found;
    if (rows_.empty()) return found;
    const std::size_t prefix = common_prefix();
    for (row& each : rows_) {
        std::byte lead[sizeof each.lead]{};
        std::memcpy(lead, each.key + prefix, std::min(each.key_size - prefix, sizeof lead));
        each.lead = load_big_endian<std::uint64_t>(lead);
    }
    const auto is_before = [](const row& a, const row& b) {
        if (a.lead != b.lead) return a.lead < b.lead;
        if (const auto order = key_of(a) <=> key_of(b); order != 0) return order < 0;
        return a.number < b.number;
    };
    std::ranges::sort(rows_, is_before);
    found.reserve(rows_.size());
    for (auto at = rows_.begin(); at != rows_.end(); ++at) {
        if (const auto next = at + 1; next != rows_.end() && next->lead == at->lead && key_of(*next) == key_of(*at))
            continue;
        const auto value = at->value_size == deleted
                               ? std::nullopt
                               : std::optional(bytes_view(at->key + at->key_size, at->value_size));
        found.push_back({key_of(*at), value});
    }
    return found;
}

void restore_run::clear() noexcept {
    rows_ = std::vector<row>(); // with its memory
    blocks_.clear();
    block_bytes_ = free_bytes_ = 0;
    free_ = nullptr;
}

} // namespace streams::inline v0
