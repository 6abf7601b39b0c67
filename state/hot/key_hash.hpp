#pragma once

#include <streams/core/bytes.hpp>

#include <absl/hash/hash.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace streams::inline v0 {

/// Hashes keys of stores. Most have 8 to 32 bytes, which takes four loads and three multiplications (as in wyhash); absl hashes
/// the others. Differs from process to process.
struct key_hash {
    using is_transparent = void;

    [[nodiscard]] std::size_t operator()(bytes_view key) const noexcept {
        if (key.size() < sizeof(word) || key.size() > 4 * sizeof(word)) return absl::Hash<bytes_view>{}(key);
        const std::byte* const first = key.data();
        const std::byte* const last = key.end() - sizeof(word);
        word mixed = mix(load(first) ^ seed(), load(last) ^ key.size());
        if (key.size() > 2 * sizeof(word))
            mixed ^= mix(load(first + sizeof(word)) ^ odd, load(last - sizeof(word)) ^ mixed);
        return mix(mixed ^ odd, seed());
    }

private:
    using word = std::uint64_t;

    static constexpr word odd = 0x9e3779b97f4a7c15;
    static constexpr char anywhere = 0;

    [[nodiscard]] static word seed() noexcept { return reinterpret_cast<std::uintptr_t>(&anywhere) * odd | 1; }
    [[nodiscard]] static word load(const std::byte* from) noexcept {
        word loaded = 0;
        std::memcpy(&loaded, from, sizeof loaded);
        return loaded;
    }
    [[nodiscard]] static word mix(word a, word b) noexcept {
        __extension__ using wide = unsigned __int128;
        const wide product = static_cast<wide>(a) * b;
        return static_cast<word>(product) ^ static_cast<word>(product >> 64U);
    }
};

} // namespace streams::inline v0
