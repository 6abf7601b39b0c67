#pragma once

#include <streams/core/bytes.hpp>

#include <absl/container/btree_set.h>

#include <cstddef>
#include <functional>

namespace streams::inline v0 {

/// Keys of which others were told what has been rolled back since. In order, so that what is done about them is the same in
/// every run.
class rolled_back_keys {
public:
    /// `in_transactions`: what was rolled back was aborted, so that nobody has heard of it.
    explicit rolled_back_keys(bool in_transactions) noexcept : in_transactions_(in_transactions) {}

    void add(bytes_view key) {
        if (!in_transactions_ && keys_.emplace(key).second) bytes_ += heap_bytes_of(key);
    }
    [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
    [[nodiscard]] bool contains(bytes_view key) const { return !keys_.empty() && keys_.contains(key); }
    void remove(bytes_view key) {
        if (!keys_.empty() && keys_.erase(key) > 0) bytes_ -= heap_bytes_of(key);
    }
    void clear() noexcept {
        keys_.clear();
        bytes_ = 0;
    }
    [[nodiscard]] auto begin() const noexcept { return keys_.begin(); }
    [[nodiscard]] auto end() const noexcept { return keys_.end(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return bytes_ + keys_.size() * 2 * sizeof(bytes); }

private:
    [[nodiscard]] static std::size_t heap_bytes_of(bytes_view key) noexcept {
        return key.size() > bytes().capacity() ? key.size() : 0;
    }

    bool in_transactions_;
    absl::btree_set<bytes, std::less<>> keys_;
    std::size_t bytes_ = 0; ///< of keys, outside of the set
};

} // namespace streams::inline v0
