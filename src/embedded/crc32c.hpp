#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>

namespace streams::inline v0::embedded {

/// CRC-32C (Castagnoli, as in Kafka's batches) of `data`, continued from the checksum `before` of what precedes it.
[[nodiscard]] std::uint32_t crc32c(bytes_view data, std::uint32_t before = 0) noexcept;

namespace detail {
/// The same without the processor's instruction; for processors that have none, and to be compared with it.
[[nodiscard]] std::uint32_t crc32c_by_table(bytes_view data, std::uint32_t before = 0) noexcept;
} // namespace detail

} // namespace streams::inline v0::embedded
