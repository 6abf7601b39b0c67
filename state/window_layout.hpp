#pragma once

#include "state/rocksdb_backing.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstdint>

namespace streams::inline v0 {

/// How the entries of a window store are keyed and when they expire. A key in the map is
/// `1 | segment:8 | key | start:8 | sequence:4`; what follows the segment is Kafka Streams' store key, as its changelog
/// has it. Segments follow Kafka's `AbstractSegments`: an entry lives as long as its segment.
class window_layout {
public:
    static constexpr std::size_t prefix = 9;      ///< before the store key
    static constexpr std::size_t suffix = 8 + 4;  ///< after the record's key
    static constexpr std::int64_t smallest_segment_ms = 60'000;

    explicit window_layout(std::int64_t retention_ms) noexcept
        : retention_(retention_ms), interval_(std::max(retention_ms / 2, smallest_segment_ms)) {}

    [[nodiscard]] std::int64_t segment_interval() const noexcept { return interval_; }
    [[nodiscard]] std::int64_t segment_of(std::int64_t start) const noexcept { return start / interval_; }
    /// The oldest segment that takes writes.
    [[nodiscard]] std::int64_t oldest_live_segment(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, (observed - retention_) / interval_);
    }
    [[nodiscard]] bool is_live(std::int64_t start, std::int64_t observed) const noexcept {
        return segment_of(start) >= oldest_live_segment(observed);
    }
    /// The oldest start that reads see.
    [[nodiscard]] std::int64_t oldest_readable(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, observed - retention_ + 1);
    }

    /// Sets `out` to the map's key of one entry.
    void key(bytes& out, bytes_view key, std::int64_t start, std::uint32_t sequence) const {
        out.resize(prefix + key.size() + suffix);
        std::byte* to = out.data();
        *to = disk_data_prefix;
        store_big_endian(to + 1, segment_of(start));
        if (!key.empty()) std::memcpy(to + prefix, key.data(), key.size());
        store_big_endian(to + prefix + key.size(), start);
        store_big_endian(to + prefix + key.size() + 8, sequence);
    }
    /// Sets `out` to what every key of the segment begins with, followed by `rest`.
    static void segment_key(bytes& out, std::int64_t segment, bytes_view rest = {}) {
        out.clear();
        out.push_back(disk_data_prefix);
        append_big_endian(out, segment);
        out.append(rest);
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

private:
    std::int64_t retention_;
    std::int64_t interval_;
};

} // namespace streams::inline v0
