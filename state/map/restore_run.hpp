#pragma once

#include "state/disk/backing.hpp"

#include <streams/core/bytes.hpp>

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Restored rows on their way to the disk, the last of each key, in memory of their own.
class restore_run {
public:
    /// `head | tail` is the value; nullopt deletes.
    void put(bytes_view key, bytes_view head, std::optional<bytes_view> tail);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// The rows by key; valid until the next call.
    [[nodiscard]] std::vector<backing_write> sorted() const;
    void clear() noexcept;
    /// Bytes held.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    [[nodiscard]] std::byte* allocate(std::size_t size);

    absl::flat_hash_map<bytes_view, std::optional<bytes_view>> rows_; ///< in the blocks
    std::vector<std::unique_ptr<std::byte[]>> blocks_;
    std::size_t block_bytes_ = 0;
    std::byte* free_ = nullptr; ///< in the last block
    std::size_t free_bytes_ = 0;
};

} // namespace streams::inline v0
