#include <streams/core/partitioner.hpp>

#include <bit>

namespace streams::inline v0 {

namespace {

// Constants of org.apache.kafka.common.utils.Utils.murmur2.
constexpr std::uint32_t seed = 0x9747b28c;
constexpr std::uint32_t multiplier = 0x5bd1e995;
constexpr unsigned shift = 24;

std::uint32_t load_little_endian(const std::byte* from) noexcept {
    std::uint32_t word;
    std::memcpy(&word, from, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap32(word);
    return word;
}

} // namespace

std::int32_t murmur2(bytes_view data) noexcept {
    std::uint32_t hash = seed ^ static_cast<std::uint32_t>(data.size());
    const std::size_t whole = data.size() & ~std::size_t{3};
    for (std::size_t at = 0; at < whole; at += 4) {
        std::uint32_t word = load_little_endian(data.data() + at) * multiplier;
        word ^= word >> shift;
        hash = (hash * multiplier) ^ (word * multiplier);
    }
    const auto tail = [&](std::size_t at) { return static_cast<std::uint32_t>(data[whole + at]); };
    switch (data.size() - whole) {
    case 3:
        hash ^= tail(2) << 16;
        [[fallthrough]];
    case 2:
        hash ^= tail(1) << 8;
        [[fallthrough]];
    case 1:
        hash = (hash ^ tail(0)) * multiplier;
        break;
    default:
        break;
    }
    hash = (hash ^ (hash >> 13)) * multiplier;
    return static_cast<std::int32_t>(hash ^ (hash >> 15));
}

std::int32_t partition_of(bytes_view key, std::int32_t partitions) noexcept {
    return (murmur2(key) & 0x7fffffff) % partitions;
}

} // namespace streams::inline v0
