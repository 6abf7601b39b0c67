#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <concepts>
#include <optional>

namespace streams::inline v0 {

/// Takes an integer in Java's (network) byte order off the front; nullopt where too little is left.
template <std::integral Integer>
[[nodiscard]] std::optional<Integer> read_big_endian(bytes_view& from) noexcept {
    if (from.size() < sizeof(Integer)) return std::nullopt;
    const auto value = load_big_endian<Integer>(from.data());
    from = from.subview(sizeof(Integer));
    return value;
}

} // namespace streams::inline v0
