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

/// Where tails come beside one of them. Mostly their first bytes, a time, say so, and those of the one are decoded once.
class tail_order {
public:
    tail_order(chain_keys keys, bytes_view tail) noexcept
        : keys_(keys), has_head_(tail.size() >= sizeof(head)), tail_(tail),
          head_(has_head_ ? head_of(tail.data()) : 0) {}

    /// Whether it comes after the tail of `key`.
    [[nodiscard]] bool is_after(bytes_view key) const noexcept {
        const std::byte* const other = head_in(key);
        if (other && head_of(other) != head_) return head_of(other) < head_;
        return keys_.tail(key) < tail_;
    }
    [[nodiscard]] bool is_before(bytes_view key) const noexcept {
        const std::byte* const other = head_in(key);
        if (other && head_of(other) != head_) return head_ < head_of(other);
        return tail_ < keys_.tail(key);
    }

private:
    using head = std::uint64_t;

    [[nodiscard]] static head head_of(const std::byte* tail) noexcept { return load_big_endian<head>(tail); }
    /// Null: one of the two tails is shorter.
    [[nodiscard]] const std::byte* head_in(bytes_view key) const noexcept {
        if (!has_head_) return nullptr;
        if (!keys_.sized) return key.end() - keys_.suffix;
        const bytes_view tail = keys_.tail(key);
        return tail.size() < sizeof(head) ? nullptr : tail.data();
    }

    chain_keys keys_;
    bool has_head_;
    bytes_view tail_;
    head head_;
};

} // namespace streams::inline v0
