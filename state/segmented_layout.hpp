#pragma once

#include "state/rocksdb_backing.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstdint>

namespace streams::inline v0 {

/// When the entries of a store with windows expire, by Kafka's `AbstractSegments`: an entry lives as long as the segment
/// that its time falls into. A key in the map is `1 | segment:8 | store key`, where the store key is as the changelog has
/// it. The time of an entry is the start of its window, or the end of its session.
class segmented_layout {
public:
    static constexpr std::size_t prefix = 9; ///< before the store key
    static constexpr std::int64_t smallest_segment_ms = 60'000;

    explicit segmented_layout(std::int64_t retention_ms) noexcept
        : retention_(retention_ms), interval_(std::max(retention_ms / 2, smallest_segment_ms)) {}

    [[nodiscard]] std::int64_t segment_interval() const noexcept { return interval_; }
    [[nodiscard]] std::int64_t segment_of(std::int64_t time) const noexcept { return time / interval_; }
    /// The oldest segment that takes writes.
    [[nodiscard]] std::int64_t oldest_live_segment(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, (observed - retention_) / interval_);
    }
    [[nodiscard]] bool is_live(std::int64_t time, std::int64_t observed) const noexcept {
        return segment_of(time) >= oldest_live_segment(observed);
    }
    /// The oldest time that reads see.
    [[nodiscard]] std::int64_t oldest_readable(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, observed - retention_ + 1);
    }

    /// Sets `out` to what every key of the segment begins with, followed by `rest`.
    static void segment_key(bytes& out, std::int64_t segment, bytes_view rest = {}) {
        out.clear();
        out.push_back(disk_data_prefix);
        append_big_endian(out, segment);
        out.append(rest);
    }

protected:
    /// Sets `out` to the map's key of an entry up to its tail, and returns where the tail of `tail` bytes goes.
    std::byte* begin_key(bytes& out, bytes_view key, std::int64_t time, std::size_t tail) const {
        out.resize(prefix + key.size() + tail);
        std::byte* to = out.data();
        *to = disk_data_prefix;
        store_big_endian(to + 1, segment_of(time));
        if (!key.empty()) std::memcpy(to + prefix, key.data(), key.size());
        return to + prefix + key.size();
    }

private:
    std::int64_t retention_;
    std::int64_t interval_;
};

} // namespace streams::inline v0
