#pragma once

#include "state/disk/backing.hpp"

#include <streams/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Restored rows on their way to the disk, in memory of their own. They are gathered as they come, and looked at when they
/// leave: the last one of each key.
class restore_run {
public:
    /// `head | tail` is the value; nullopt deletes.
    void put(bytes_view key, bytes_view head, std::optional<bytes_view> tail);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    /// The last row of each key, by key; valid until the next call.
    [[nodiscard]] std::vector<backing_write> sorted();
    void clear() noexcept;
    /// Bytes held.
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return block_bytes_ + rows_.capacity() * sizeof(row); }

private:
    struct row {
        std::uint64_t lead; ///< of the key, behind what all keys begin with: most comparisons end there
        const std::byte* key;
        std::uint32_t key_size;
        std::uint32_t value_size; ///< of what follows the key, or `deleted`
        std::uint32_t number;     ///< in the order in which they came
    };
    static constexpr std::uint32_t deleted = 0xffff'ffff;

    [[nodiscard]] static bytes_view key_of(const row& of) noexcept { return bytes_view(of.key, of.key_size); }
    [[nodiscard]] std::size_t common_prefix() const noexcept;
    [[nodiscard]] std::byte* allocate(std::size_t size);

    std::vector<row> rows_;
    std::vector<std::unique_ptr<std::byte[]>> blocks_; ///< keys and values
    std::size_t block_bytes_ = 0;
    std::byte* free_ = nullptr; ///< in the last block
    std::size_t free_bytes_ = 0;
};

} // namespace streams::inline v0
