#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/headers.hpp>
#include <streams/core/record.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0::embedded {

/// What a frame says of its record beside key, value and time.
enum class frame_flag : std::uint16_t {
    null_key = 1,
    null_value = 2,
    has_headers = 4,
    has_producer = 8, ///< producer id and sequence follow the fixed part
    transactional = 16,
    control = 32,            ///< ends a transaction; never handed to a reader
    has_delete_horizon = 64, ///< a tombstone that compaction has seen: when it may go follows
    segment_end = 128,       ///< the last frame of a segment that is complete
};

/// Who wrote a record, for deduplication, fencing and aborted ranges.
struct producer_stamp {
    std::int64_t id = -1; ///< negative: none
    std::int16_t epoch = -1;
    std::int32_t sequence = -1;
};

/// A record on its way into a log; borrowed.
struct frame_source {
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<bytes_view> key{};
    std::optional<bytes_view> value{};
    const streams::headers* headers = nullptr;
    bytes_view encoded_headers{}; ///< instead of `headers`, where they are encoded already
    producer_stamp producer{};
    std::int64_t delete_horizon = -1; ///< wall clock, ms; negative: none
    std::uint16_t flags = 0;          ///< transactional, control, segment_end; the rest follows from the members
};

/// A record in a log: views into the segment's memory.
struct frame {
    std::uint32_t size = 0; ///< all of it
    std::uint16_t flags = 0;
    std::int64_t offset = 0;
    std::int64_t timestamp = 0;
    std::optional<bytes_view> key{};
    std::optional<bytes_view> value{};
    bytes_view encoded_headers{};
    producer_stamp producer{};
    std::int64_t delete_horizon = -1;

    [[nodiscard]] bool has(frame_flag flag) const noexcept { return (flags & static_cast<std::uint16_t>(flag)) != 0; }
};

/// Layout, little-endian: size (4), CRC-32C of all but these two (4), offset (8), timestamp (8), key size (4), flags (2),
/// producer epoch (2); then where flagged: producer id (8) and sequence (4); delete horizon (8); size of the headers (4)
/// and the headers; then key and value. The size is stored last: as long as it is 0, nothing is there.
inline constexpr std::size_t frame_fixed_size = 32;

[[nodiscard]] std::size_t frame_size(const frame_source& source) noexcept;

/// Writes a frame. REQUIRES: `size` is its frame_size, and so much is writable at `to`.
void write_frame(std::byte* to, const frame_source& source, std::size_t size, bool with_checksum) noexcept;

/// Reads a frame that is known to be whole.
[[nodiscard]] frame read_frame(const std::byte* from) noexcept;

/// Reads the frame at the start of `memory`, which may hold anything; nullopt: no whole frame with a right checksum.
[[nodiscard]] std::optional<frame> checked_frame(bytes_view memory) noexcept;

/// Where the first whole frame with an offset from `first_offset` on begins in `memory`, searched byte by byte.
[[nodiscard]] std::optional<std::size_t> find_frame(bytes_view memory, std::int64_t first_offset) noexcept;

[[nodiscard]] streams::headers decode_headers(bytes_view encoded);

} // namespace streams::inline v0::embedded
