#pragma once

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace streams::inline v0 {

/// Which part of an entry's key is the chain it belongs to, and which orders it there: `prefix | middle | tail`, where the
/// prefix does not matter or follows from the tail.
struct chain_keys {
    std::size_t prefix = 0;
    std::size_t suffix = 0; ///< bytes of the tail; 0: no chains, or sized ones
    bool sized = false;     ///< the middle begins with the number, in 4 bytes, of those that follow in it

    [[nodiscard]] bool any() const noexcept { return suffix > 0 || sized; }
    [[nodiscard]] bytes_view middle(bytes_view key) const noexcept {
        return key.subview(prefix, sized ? sized_middle(key) : key.size() - prefix - suffix);
    }
    [[nodiscard]] bytes_view tail(bytes_view key) const noexcept {
        return key.subview(sized ? prefix + sized_middle(key) : key.size() - suffix);
    }
    /// Whether one tail comes before the other. Mostly their first bytes, a time, say so.
    [[nodiscard]] static bool precedes(bytes_view a, bytes_view b) noexcept {
        if (a.size() >= sizeof(std::uint64_t) && b.size() >= sizeof(std::uint64_t)) {
            const auto head_of_a = load_big_endian<std::uint64_t>(a.data());
            const auto head_of_b = load_big_endian<std::uint64_t>(b.data());
            if (head_of_a != head_of_b) return head_of_a < head_of_b;
        }
        return a < b;
    }
    /// Whether the key ends with its middle, and so names the whole chain.
    [[nodiscard]] bool is_whole_chain(bytes_view key) const noexcept {
        return sized && key.size() >= prefix + sizeof(std::uint32_t) && tail(key).empty() &&
               middle(key).size() == sizeof(std::uint32_t) + load_big_endian<std::uint32_t>(key.data() + prefix);
    }

private:
    [[nodiscard]] std::size_t sized_middle(bytes_view key) const noexcept {
        const std::size_t rest = key.size() - prefix;
        if (rest < sizeof(std::uint32_t)) return rest;
        return std::min(rest, sizeof(std::uint32_t) + load_big_endian<std::uint32_t>(key.data() + prefix));
    }
};

} // namespace streams::inline v0
