#pragma once

#include "state/disk/backing.hpp"
#include "state/map/key_sort.hpp"

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
    /// Forgets the rows. Of their memory up to `kept` bytes stay for the next ones: new memory costs a page fault for each row
    /// or two.
    void clear(std::size_t kept = 0);
    /// Bytes of the rows.
    [[nodiscard]] std::size_t row_bytes() const noexcept { return content_bytes_ + rows_.size() * sizeof(row); }
    /// Bytes held.
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return block_bytes_ + rows_.capacity() * sizeof(row); }

private:
    using place = std::uint64_t; ///< block and byte where a row lies; grows in the order in which rows came
    using row = led_item<place>;
    /// What lies at a place, before the bytes of key and value.
    struct sizes {
        std::uint32_t key;
        std::uint32_t value; ///< or `deleted`
    };
    static constexpr std::uint32_t deleted = 0xffff'ffff;

    /// Memory for rows, whose bytes nobody has set.
    struct block {
        explicit block(std::size_t bytes);
        ~block();
        block(const block&) = delete;
        block& operator=(const block&) = delete;

        std::byte* begin;
        std::size_t size;
    };

    [[nodiscard]] std::byte* allocate(std::size_t size);
    void learn_prefix(bytes_view key);
    [[nodiscard]] const std::byte* begin_of(place of) const noexcept;
    [[nodiscard]] bytes_view key_of(place of) const noexcept;
    [[nodiscard]] backing_write write_of(place of) const noexcept;

    std::vector<row> rows_;
    std::vector<std::unique_ptr<block>> blocks_; ///< keys and values
    std::size_t filled_blocks_ = 0;              ///< the last of them in part
    std::size_t block_bytes_ = 0;
    std::size_t content_bytes_ = 0;
    std::byte* free_ = nullptr; ///< in the last filled block
    std::size_t free_bytes_ = 0;
    bytes_view first_key_;   ///< in its block
    std::size_t prefix_ = 0; ///< how many bytes all keys begin with
};

} // namespace streams::inline v0
