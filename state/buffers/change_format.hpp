#pragma once

#include <streams/core/bytes.hpp>
#include <streams/core/record.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace streams::inline v0 {

/// An entry of a change buffer as its changelog has it (Kafka Streams' version 3): `context | prior | old | new | time:8`,
/// each value with its length in front. Context: `timestamp:8 | offset:8 | topic | partition:4 | headers`.
struct decoded_change {
    record_metadata metadata;
    std::int64_t timestamp = -1;
    std::size_t headers_at = 0; ///< where the headers begin: their number, then each
    std::size_t headers = 0;    ///< how many
    std::optional<bytes_view> prior;
    std::optional<bytes_view> old_value;
    std::optional<bytes_view> new_value;
    std::int64_t time = 0;
};

/// Replaces the content of `out`. `prior`: the value before the first update that was held back.
void encode_change(const record_context& context, std::optional<bytes_view> prior, std::optional<bytes_view> old_value,
                   std::optional<bytes_view> new_value, std::int64_t time, bytes& out);
/// Throws serialization_error where the bytes are no such entry.
[[nodiscard]] decoded_change decode_change(bytes_view in);
void decode_headers(bytes_view in, const decoded_change& change, streams::headers& out);
/// Kafka Streams' estimate of what an entry of `size` bytes with so many headers holds in memory, without its key.
[[nodiscard]] std::size_t estimated_bytes(std::size_t size, std::size_t headers) noexcept;

} // namespace streams::inline v0
