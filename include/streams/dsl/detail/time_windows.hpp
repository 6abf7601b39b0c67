#pragma once

#include <streams/core/saturation.hpp>
#include <streams/serde/windowed.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

[[noreturn]] void throw_past_time(std::int64_t time, std::int64_t span);

/// Throws streams_error where a window would reach past the largest time, which none can: Kafka's `Window` refuses it too.
inline void require_room(std::int64_t time, std::int64_t span) {
    if (exceeds_largest(time, span)) throw_past_time(time, span);
}

/// Windows of one size, one beginning every `advance`, aligned to the epoch, tumbling where advance equals size; or one
/// window without end.
struct time_windows {
    std::int64_t size;                        ///< ms
    std::int64_t advance;                     ///< ms
    std::int64_t grace;                       ///< ms
    std::optional<std::int64_t> only_start{}; ///< ms: of the one window without end

    static constexpr std::int64_t without_end = unknown_window_end; ///< size and advance of the one window

    /// The start of the first window that holds `timestamp`; the others follow by `advance` up to `timestamp`.
    [[nodiscard]] std::int64_t first_start(std::int64_t timestamp) const noexcept {
        return std::max<std::int64_t>(0, timestamp - size + advance) / advance * advance;
    }
    /// The start of the last window that holds `timestamp`.
    [[nodiscard]] std::int64_t last_start(std::int64_t timestamp) const noexcept {
        return timestamp / advance * advance;
    }
    /// Calls `function(start)` for each window that holds `timestamp`, the earliest first. Throws streams_error, before the
    /// first call, where the last one would end past the largest time.
    template <class Function>
    void for_each(std::int64_t timestamp, Function function) const {
        if (only_start) {
            if (timestamp >= *only_start) function(*only_start);
            return;
        }
        require_room(last_start(timestamp), size);
        for (std::int64_t start = first_start(timestamp); start <= timestamp; start += advance) function(start);
    }
    [[nodiscard]] bool same_windows(std::int64_t a, std::int64_t b) const noexcept {
        return first_start(a) == first_start(b) && last_start(a) == last_start(b);
    }
    /// How long a window is read and written after its start, ms.
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return size + grace; }
};

/// The windows that the records make: of each record the one that ends with it and, where that holds anything, the one
/// that begins right after it. Both ends included.
struct sliding_windows {
    std::int64_t size;  ///< ms: the largest difference of two records in one window
    std::int64_t grace; ///< ms

    [[nodiscard]] std::int64_t needed_retention() const noexcept { return 2 * size + grace; }
};

/// A session ends when no record comes within `gap`.
struct session_windows {
    std::int64_t gap;   ///< ms
    std::int64_t grace; ///< ms

    [[nodiscard]] std::int64_t needed_retention() const noexcept { return gap + grace; }
};

/// When a windowed aggregation forwards its results (Kafka's `EmitStrategy`).
struct emission {
    bool on_close = false;         ///< each window once, when it closes; else every update
    std::int64_t idle_timeout = 0; ///< ms of the wall clock without a record after which all windows close; 0: never
    bool by_key = false;           ///< sessions that end together leave by key, not by start and key
};

} // namespace streams::inline v0::detail
