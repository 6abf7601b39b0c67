#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace streams::inline v0 {

/// Copies bytes that may overlap; without a call where there are 8 to 32, as most keys and values have.
inline void copy_bytes(std::byte* to, const std::byte* from, std::size_t size) noexcept {
    using word = std::uint64_t;
    constexpr std::size_t most = 4 * sizeof(word);
    if (size < sizeof(word) || size > most) {
        if (size > 0) std::memmove(to, from, size);
        return;
    }
    word words[4];
    std::memcpy(&words[0], from, sizeof(word));
    std::memcpy(&words[1], from + size - sizeof(word), sizeof(word));
    if (size > 2 * sizeof(word)) {
        std::memcpy(&words[2], from + sizeof(word), sizeof(word));
        std::memcpy(&words[3], from + size - 2 * sizeof(word), sizeof(word));
        std::memcpy(to + sizeof(word), &words[2], sizeof(word));
        std::memcpy(to + size - 2 * sizeof(word), &words[3], sizeof(word));
    }
    std::memcpy(to, &words[0], sizeof(word));
    std::memcpy(to + size - sizeof(word), &words[1], sizeof(word));
}

} // namespace streams::inline v0
