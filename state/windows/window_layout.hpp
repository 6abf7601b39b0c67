#pragma once

#include "state/windows/segmented_layout.hpp"

#include <streams/state/window_store.hpp>

#include <cstdint>
#include <limits>

namespace streams::inline v0 {

/// How the entries of a window store are keyed: the store key is `key | start:8 | sequence:4`.
class window_layout : public segmented_layout {
public:
    using entry = window_entry;
    static constexpr std::size_t suffix = 8 + 4; ///< after the record's key
    static constexpr std::uint32_t largest_rest = std::numeric_limits<std::uint32_t>::max();

    using segmented_layout::segmented_layout;

    /// Sets `out` to the map's key of one entry.
    void key(bytes& out, bytes_view key, std::int64_t start, std::uint32_t sequence) const {
        std::byte* const tail = begin_key(out, key, start, suffix);
        store_big_endian(tail, start);
        store_big_endian(tail + 8, sequence);
    }

    /// The record's key in a key of the map.
    [[nodiscard]] static bytes_view record_key(bytes_view map_key) noexcept {
        return map_key.subview(prefix, map_key.size() - prefix - suffix);
    }
    [[nodiscard]] static std::int64_t start_of(bytes_view key) noexcept {
        return load_big_endian<std::int64_t>(key.data() + key.size() - suffix);
    }
    [[nodiscard]] static std::uint32_t sequence_of(bytes_view key) noexcept {
        return load_big_endian<std::uint32_t>(key.data() + key.size() - 4);
    }
    [[nodiscard]] static std::int64_t time_of(bytes_view key) noexcept { return start_of(key); }
    [[nodiscard]] static window_entry entry_of(bytes_view record_key, bytes_view map_key, bytes_view value) noexcept {
        return {record_key, start_of(map_key), value};
    }
};

} // namespace streams::inline v0
