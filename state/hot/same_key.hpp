#pragma once

#include <streams/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace streams::inline v0 {

/// Whether two keys are equal, without a call where they have 8 bytes or more. The last ones differ where any do, mostly: numbers
/// and times are there.
[[nodiscard]] inline bool same_key(bytes_view a, bytes_view b) noexcept {
    using word = std::uint64_t;
    const auto word_at = [](const std::byte* from) {
        word loaded = 0;
        std::memcpy(&loaded, from, sizeof loaded);
        return loaded;
    };
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (size < sizeof(word)) return size == 0 || std::memcmp(a.data(), b.data(), size) == 0;
    for (std::size_t at = size - sizeof(word);; at -= sizeof(word)) {
        if (word_at(a.data() + at) != word_at(b.data() + at)) return false;
        if (at < sizeof(word)) return word_at(a.data()) == word_at(b.data());
    }
}

} // namespace streams::inline v0
