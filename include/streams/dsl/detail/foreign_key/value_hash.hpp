#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>

namespace streams::inline v0::detail {

/// The hash by which a foreign-key join tells which value of a row an answer belongs to.
struct value_hash {
    std::int64_t first = 0;
    std::int64_t second = 0;

    friend bool operator==(const value_hash&, const value_hash&) = default;
};

/// MurmurHash3 x64 128 (Austin Appleby, public domain), both halves.
[[nodiscard]] value_hash murmur3_128(bytes_view data, std::uint32_t seed) noexcept;

/// The hash of a serialised value, as Kafka Streams computes it.
[[nodiscard]] inline value_hash hash_of_value(bytes_view serialized) noexcept {
    constexpr std::uint32_t seed = 104729;
    return murmur3_128(serialized, seed);
}

} // namespace streams::inline v0::detail
