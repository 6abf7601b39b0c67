#pragma once

#include "state/disk/rocksdb_backing.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace streams::inline v0 {

/// How the entries of a versioned store are keyed and when they expire. A key in the map is `1 | segment:8 | key`; what
/// follows the first byte is Kafka Streams' store key. A version lies in the segment of the time it ended; the latest
/// ones lie in a segment of their own, -1, which sorts last and never expires.
class version_layout {
public:
    static constexpr std::int64_t latest = -1;
    static constexpr std::size_t prefix = 9; ///< before the record's key

    explicit version_layout(std::int64_t retention_ms) noexcept
        : retention_(retention_ms), interval_(interval_for(retention_ms)) {}

    [[nodiscard]] std::int64_t segment_interval() const noexcept { return interval_; }
    [[nodiscard]] std::int64_t segment_of(std::int64_t time) const noexcept { return time / interval_; }
    [[nodiscard]] std::int64_t oldest_live_segment(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, segment_of(observed - retention_));
    }
    /// Puts and reads of times before are refused.
    [[nodiscard]] std::int64_t oldest_kept(std::int64_t observed) const noexcept { return observed - retention_; }

    /// Sets `out` to the map's key.
    static void key(bytes& out, std::int64_t segment, bytes_view key) {
        out.clear();
        std::byte* const to = out.extend(prefix + key.size());
        *to = disk_data_prefix;
        store_big_endian(to + 1, segment);
        if (!key.empty()) std::memcpy(to + prefix, key.data(), key.size());
    }

private:
    /// Kafka Streams' default: shorter histories are cut into fewer segments.
    static constexpr std::int64_t interval_for(std::int64_t retention) noexcept {
        constexpr std::int64_t second = 1'000;
        constexpr std::int64_t minute = 60 * second;
        if (retention <= minute) return std::max(retention / 3, 2 * second);
        if (retention <= 5 * minute) return std::max(retention / 5, 20 * second);
        if (retention <= 60 * minute) return std::max(retention / 12, minute);
        return std::max(retention / 24, 5 * minute);
    }

    std::int64_t retention_;
    std::int64_t interval_;
};

} // namespace streams::inline v0
