#pragma once

#include <streams/core/bytes.hpp>

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace streams::inline v0 {

namespace detail {
template <std::integral Integer>
constexpr Integer byte_swapped_on_little_endian(Integer value) noexcept {
    if constexpr (std::endian::native == std::endian::big || sizeof(Integer) == 1)
        return value;
    else if constexpr (sizeof(Integer) == 2)
        return static_cast<Integer>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
    else if constexpr (sizeof(Integer) == 4)
        return static_cast<Integer>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    else
        return static_cast<Integer>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}
} // namespace detail

/// Reads an integer in Java's (network) byte order. REQUIRES: sizeof(Integer) bytes are readable at `source`.
template <std::integral Integer>
[[nodiscard]] Integer load_big_endian(const std::byte* source) noexcept {
    Integer value;
    std::memcpy(&value, source, sizeof value);
    return detail::byte_swapped_on_little_endian(value);
}

/// Writes an integer in Java's (network) byte order. REQUIRES: sizeof(Integer) bytes are writable at `target`.
template <std::integral Integer>
void store_big_endian(std::byte* target, Integer value) noexcept {
    value = detail::byte_swapped_on_little_endian(value);
    std::memcpy(target, &value, sizeof value);
}

/// Appends an integer in Java's (network) byte order.
template <std::integral Integer>
void append_big_endian(bytes& out, Integer value) {
    store_big_endian(out.extend(sizeof value), value);
}

} // namespace streams::inline v0
