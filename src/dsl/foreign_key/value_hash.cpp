#include <streams/dsl/detail/foreign_key/value_hash.hpp>

#include <streams/core/big_endian.hpp>

#include <bit>

namespace streams::inline v0::detail {

namespace {

constexpr std::uint64_t first_factor = 0x87c37b91114253d5;
constexpr std::uint64_t second_factor = 0x4cf5ad432745937f;
constexpr std::size_t block_size = 16;

std::uint64_t little_endian(const std::byte* from, std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < size; ++at) value |= std::to_integer<std::uint64_t>(from[at]) << (8 * at);
    return value;
}
/// Eight bytes at once, which most of a value is read by.
std::uint64_t little_endian(const std::byte* from) noexcept {
    return __builtin_bswap64(load_big_endian<std::uint64_t>(from));
}

std::uint64_t mixed_first(std::uint64_t k) noexcept { return std::rotl(k * first_factor, 31) * second_factor; }
std::uint64_t mixed_second(std::uint64_t k) noexcept { return std::rotl(k * second_factor, 33) * first_factor; }

std::uint64_t finished(std::uint64_t h) noexcept {
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
    return h ^ (h >> 33);
}

} // namespace

value_hash murmur3_128(bytes_view data, std::uint32_t seed) noexcept {
    std::uint64_t h1 = seed;
    std::uint64_t h2 = seed;
    std::size_t at = 0;
    for (; data.size() - at >= block_size; at += block_size) {
        h1 = std::rotl(h1 ^ mixed_first(little_endian(data.data() + at)), 27) + h2;
        h1 = h1 * 5 + 0x52dce729;
        h2 = std::rotl(h2 ^ mixed_second(little_endian(data.data() + at + 8)), 31) + h1;
        h2 = h2 * 5 + 0x38495ab5;
    }
    const std::size_t rest = data.size() - at;
    if (rest > 8) h2 ^= mixed_second(little_endian(data.data() + at + 8, rest - 8));
    if (rest > 0) h1 ^= mixed_first(little_endian(data.data() + at, rest < 8 ? rest : 8));

    h1 ^= data.size();
    h2 ^= data.size();
    h1 += h2;
    h2 += h1;
    h1 = finished(h1);
    h2 = finished(h2);
    h1 += h2;
    h2 += h1;
    return {static_cast<std::int64_t>(h1), static_cast<std::int64_t>(h2)};
}

} // namespace streams::inline v0::detail
