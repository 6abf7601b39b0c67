#pragma once

#include "state/disk/rocksdb_backing.hpp"
#include "state/hot/copy_bytes.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <cstdint>

namespace streams::inline v0 {

/// When the entries of a store with windows expire, by Kafka's `AbstractSegments`: an entry lives as long as the segment
/// that its time falls into. A key in the map is `1 | place:8 | store key`, where the store key is as the changelog has it,
/// and the place is the number of the segment or, in a store that is read by time, the time itself. The time of an entry is
/// the start of its window, or the end of its session.
class segmented_layout {
public:
    static constexpr std::size_t prefix = 9; ///< before the store key
    static constexpr std::int64_t smallest_segment_ms = 60'000;

    segmented_layout(std::int64_t retention_ms, bool by_time) noexcept
        : retention_(retention_ms), interval_(std::max(retention_ms / 2, smallest_segment_ms)), by_time_(by_time) {}

    [[nodiscard]] bool by_time() const noexcept { return by_time_; }
    [[nodiscard]] std::int64_t segment_interval() const noexcept { return interval_; }
    [[nodiscard]] std::int64_t segment_of(std::int64_t time) const noexcept {
        // Most times fall where the last one did, and a division is dear.
        if (!in_interval(time, last_begin_)) {
            last_segment_ = time / interval_;
            last_begin_ = last_segment_ * interval_;
        }
        return last_segment_;
    }
    /// The oldest segment that takes writes.
    [[nodiscard]] std::int64_t oldest_live_segment(std::int64_t observed) const noexcept {
        return std::max<std::int64_t>(0, (observed - retention_) / interval_);
    }
    [[nodiscard]] bool is_live(std::int64_t time, std::int64_t observed) const noexcept {
        return time >= oldest_live(observed);
    }
    /// The oldest time that takes writes, and that reads of a cache see.
    [[nodiscard]] std::int64_t oldest_live(std::int64_t observed) const noexcept {
        const std::int64_t oldest = observed - retention_;
        if (oldest < 0) return 0;
        if (!in_interval(oldest, last_oldest_live_)) last_oldest_live_ = oldest / interval_ * interval_;
        return last_oldest_live_;
    }
    /// The oldest time that reads see. `edge`: also what is exactly the retention old.
    [[nodiscard]] std::int64_t oldest_readable(std::int64_t observed, bool edge = false) const noexcept {
        return std::max<std::int64_t>(0, observed - retention_ + (edge ? 0 : 1));
    }

    /// Sets `out` to what every key of that place begins with, followed by `rest`.
    static void place_key(bytes& out, std::int64_t place, bytes_view rest = {}) {
        out.clear();
        out.push_back(disk_data_prefix);
        append_big_endian(out, place);
        out.append(rest);
    }
    /// Sets `out` to what all keys of older segments come before.
    void begin_of_segment(bytes& out, std::int64_t segment) const {
        place_key(out, by_time_ ? segment * interval_ : segment);
    }

protected:
    /// Sets `out` to the map's key of an entry up to its tail, and returns where the tail of `tail` bytes goes.
    std::byte* begin_key(bytes& out, bytes_view key, std::int64_t time, std::size_t tail) const {
        out.clear();
        std::byte* const to = out.extend(prefix + key.size() + tail);
        *to = disk_data_prefix;
        store_big_endian(to + 1, by_time_ ? time : segment_of(time));
        copy_bytes(to + prefix, key.data(), key.size());
        return to + prefix + key.size();
    }

private:
    [[nodiscard]] bool in_interval(std::int64_t time, std::int64_t begin) const noexcept {
        // Wraps where time is before begin.
        return static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(begin) <
               static_cast<std::uint64_t>(interval_);
    }

    std::int64_t retention_;
    std::int64_t interval_;
    bool by_time_;
    // What was computed last.
    mutable std::int64_t last_begin_ = 0;
    mutable std::int64_t last_segment_ = 0;
    mutable std::int64_t last_oldest_live_ = 0;
};

} // namespace streams::inline v0
