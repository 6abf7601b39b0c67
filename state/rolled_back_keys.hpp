#pragma once

#include "state/hot/key_hash.hpp"

#include <streams/core/bytes.hpp>

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <functional>

namespace streams::inline v0 {

/// Keys that a store does not have, but that its changelog, and whoever listens to it, heard of before they were rolled back. They
/// are told of the next deletion, also of what was made and deleted between two commits: else the changelog would keep the row.
class rolled_back_keys {
public:
    /// `in_transactions`: what was rolled back was aborted, so that nobody has heard of it.
    explicit rolled_back_keys(bool in_transactions) noexcept : in_transactions_(in_transactions) {}

    void add(bytes_view key) {
        if (!in_transactions_ && keys_.emplace(key).second) bytes_ += heap_bytes_of(key);
    }
    [[nodiscard]] bool contains(bytes_view key) const { return !keys_.empty() && keys_.contains(key); }
    /// Whether it was there.
    bool remove(bytes_view key) {
        if (keys_.empty() || keys_.erase(key) == 0) return false;
        bytes_ -= heap_bytes_of(key);
        return true;
    }
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return bytes_ + keys_.capacity() * (sizeof(bytes) + 1); }

private:
    [[nodiscard]] static std::size_t heap_bytes_of(bytes_view key) noexcept {
        return key.size() > bytes().capacity() ? key.size() : 0;
    }

    bool in_transactions_;
    absl::flat_hash_set<bytes, key_hash, std::equal_to<>> keys_;
    std::size_t bytes_ = 0; ///< of keys, outside of the set
};

} // namespace streams::inline v0
