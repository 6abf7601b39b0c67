#include "src/embedded/crc32c.hpp"

#include <array>
#include <cstring>

namespace streams::inline v0::embedded {

namespace {

constexpr std::uint32_t reversed_polynomial = 0x82f63b78U;

using table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr table make_tables() {
    table tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t remainder = byte;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? reversed_polynomial : 0);
        tables[0][byte] = remainder;
    }
    for (std::size_t distance = 1; distance < 8; ++distance)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const auto nearer = tables[distance - 1][byte];
            tables[distance][byte] = (nearer >> 8) ^ tables[0][nearer & 0xff];
        }
    return tables;
}

constexpr table tables = make_tables();

std::uint32_t one_byte(std::uint32_t state, std::byte next) noexcept {
    return (state >> 8) ^ tables[0][(state ^ static_cast<std::uint32_t>(next)) & 0xff];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(bytes_view data, std::uint32_t before) noexcept {
    std::uint64_t state = before ^ 0xffffffffU;
    const std::byte* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        state = __builtin_ia32_crc32di(state, word);
    }
    auto narrow = static_cast<std::uint32_t>(state);
    for (; left > 0; --left, ++at) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return narrow ^ 0xffffffffU;
}
#endif

} // namespace

std::uint32_t detail::crc32c_by_table(bytes_view data, std::uint32_t before) noexcept {
    std::uint32_t state = before ^ 0xffffffffU;
    const std::byte* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; left -= 8, at += 8) {
        std::array<std::uint8_t, 8> b;
        std::memcpy(b.data(), at, b.size());
        const std::uint32_t low =
            state ^ (b[0] | static_cast<std::uint32_t>(b[1]) << 8 | static_cast<std::uint32_t>(b[2]) << 16 |
                     static_cast<std::uint32_t>(b[3]) << 24);
        state = tables[7][low & 0xff] ^ tables[6][(low >> 8) & 0xff] ^ tables[5][(low >> 16) & 0xff] ^
                tables[4][low >> 24] ^ tables[3][b[4]] ^ tables[2][b[5]] ^ tables[1][b[6]] ^ tables[0][b[7]];
    }
    for (; left > 0; --left, ++at) state = one_byte(state, *at);
    return state ^ 0xffffffffU;
}

std::uint32_t crc32c(bytes_view data, std::uint32_t before) noexcept {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2");
    if (has_instruction) return by_instruction(data, before);
#endif
    return detail::crc32c_by_table(data, before);
}

} // namespace streams::inline v0::embedded
