#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

/// The most bytes that a varint takes.
inline constexpr std::size_t longest_varint = 5;

/// Appends a number as Kafka writes sizes in records (its `ByteUtils.writeVarint`): zig-zag, so that small ones of either sign
/// are short, 7 bits a byte, the lowest first.
void append_varint(bytes& out, std::int32_t value);

/// Cuts such a number off the front of `in`. nullopt: there is none; `in` is of no use then.
[[nodiscard]] std::optional<std::int32_t> take_varint(bytes_view& in) noexcept;

} // namespace streams::inline v0::detail
