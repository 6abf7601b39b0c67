#pragma once

#include "state/windows/segmented_layout.hpp"

#include <streams/state/session_store.hpp>

#include <cstdint>
#include <limits>

namespace streams::inline v0 {

/// How the entries of a session store are keyed: the store key is `key | end:8 | start:8`.
class session_layout : public segmented_layout {
public:
    using entry = session_entry;
    static constexpr std::size_t suffix = 8 + 8; ///< after the record's key
    static constexpr std::int64_t largest_rest = std::numeric_limits<std::int64_t>::max();

    using segmented_layout::segmented_layout;

    /// Sets `out` to the map's key of one session.
    void key(bytes& out, bytes_view key, std::int64_t end, std::int64_t start) const {
        std::byte* const tail = begin_key(out, key, end, suffix);
        store_big_endian(tail, end);
        store_big_endian(tail + 8, start);
    }

    /// The record's key in a key of the map.
    [[nodiscard]] static bytes_view record_key(bytes_view map_key) noexcept {
        return map_key.subview(prefix, map_key.size() - prefix - suffix);
    }
    [[nodiscard]] static window session_of(bytes_view key) noexcept {
        return {load_big_endian<std::int64_t>(key.data() + key.size() - 8), time_of(key)};
    }
    [[nodiscard]] static std::int64_t time_of(bytes_view key) noexcept {
        return load_big_endian<std::int64_t>(key.data() + key.size() - suffix);
    }
    [[nodiscard]] static session_entry entry_of(bytes_view record_key, bytes_view map_key, bytes_view value) noexcept {
        return {record_key, session_of(map_key), value};
    }
};

} // namespace streams::inline v0
