#include "state/map/restore_run.hpp"

#include "src/core/memory_limits.hpp"

#include <algorithm>
#include <cstring>

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
    auto row = rows_.find(key);
    if (row == rows_.end()) {
        std::byte* const copy = allocate(key.size());
        std::memcpy(copy, key.data(), key.size());
        row = rows_.emplace(bytes_view(copy, key.size()), std::nullopt).first;
    }
    if (!tail) {
        row->second = std::nullopt;
        return;
    }
    const std::size_t size = head.size() + tail->size();
    std::byte* const value = allocate(size);
    if (!head.empty()) std::memcpy(value, head.data(), head.size());
    if (!tail->empty()) std::memcpy(value + head.size(), tail->data(), tail->size());
    row->second = bytes_view(value, size);
}

std::vector<backing_write> restore_run::sorted() const {
    std::vector<backing_write> rows;
    rows.reserve(rows_.size());
    for (const auto& [key, value] : rows_) rows.push_back({key, value});
    std::ranges::sort(rows, {}, &backing_write::key);
    return rows;
}

void restore_run::clear() noexcept {
    rows_.clear();
    blocks_.clear();
    block_bytes_ = free_bytes_ = 0;
    free_ = nullptr;
}

std::size_t restore_run::memory_bytes() const noexcept {
    return block_bytes_ + rows_.capacity() * (sizeof(bytes_view) + sizeof(std::optional<bytes_view>) + 1);
}

} // namespace streams::inline v0
