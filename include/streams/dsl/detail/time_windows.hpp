#pragma once

#include <streams/core/saturation.hpp>
#include <streams/serde/window.hpp>
#include <streams/serde/window_ends.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace streams::inline v0::detail {

[[noreturn]] void throw_past_time(std::int64_t time, std::int64_t span);

/// Throws streams_error where a window would reach past the largest time, which none can: Kafka's `Window` refuses it too.
inline void require_room(std::int64_t time, std::int64_t span) {
    if (exceeds_largest(time, span)) throw_past_time(time, span);
}

/// Throws streams_error unless windows that hold `timestamp` are laid out by a rule that keeps what custom_windows promises.
void require_laid_out(const std::vector<window>& found, std::int64_t timestamp, std::int64_t size);

/// Starts of windows, both ends included.
struct start_span {
    std::int64_t from;
    std::int64_t to;
};

/// Windows `[start, end)`: of one size, one beginning every `advance`, aligned to the epoch, tumbling where advance equals
/// size; or laid out by a rule.
struct time_windows {
    std::int64_t size;    ///< ms, of the longest
    std::int64_t advance; ///< ms
    std::int64_t grace;   ///< ms
    std::shared_ptr<const window_rule> rule{};
    std::vector<window> found{}; ///< by the rule, used again

    static constexpr std::int64_t without_end = unknown_window_end; ///< the size of a window that never closes

    /// Calls `function(window)` for each window that holds `timestamp`, the earliest first. Throws streams_error, before the
    /// first call, where one would end past the largest time, or breaks its rule.
    template <class Function>
    void for_each(std::int64_t timestamp, Function function) {
        if (rule) {
            found.clear();
            rule->windows_for(timestamp, found);
            require_laid_out(found, timestamp, size);
            for (const window& each : found) function(each);
            return;
        }
        require_room(last_start(timestamp), size);
        for (std::int64_t start = first_start(timestamp); start <= timestamp; start += advance)
            function(window{start, start + size});
    }
    [[nodiscard]] window_ends ends() const {
        return rule ? window_ends(rule) : window_ends(std::chrono::milliseconds(size));
    }
    /// How long a window is read and written after its start, ms.
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return size + grace; }

    /// The starts of all windows that end after `last` and up to `close`, others among them; nullopt: none ends.
    [[nodiscard]] std::optional<start_span> closed(std::optional<std::int64_t> last, std::int64_t close) const noexcept {
        const std::int64_t newest = rule ? close - 1 : close - size;
        if (newest < 0) return std::nullopt;
        const std::int64_t oldest = first_open(last);
        if (last && !rule && same_windows(newest, oldest - 1)) return std::nullopt;
        return start_span{oldest, newest};
    }
    /// No window that is open at `last` begins before.
    [[nodiscard]] std::int64_t first_open(std::optional<std::int64_t> last) const noexcept {
        return last ? std::max<std::int64_t>(0, sub_sat(*last, size - 1)) : 0;
    }

private:
    /// The start of the first window that holds `timestamp`; the others follow by `advance` up to `timestamp`.
    [[nodiscard]] std::int64_t first_start(std::int64_t timestamp) const noexcept {
        return std::max<std::int64_t>(0, timestamp - size + advance) / advance * advance;
    }
    /// The start of the last window that holds `timestamp`.
    [[nodiscard]] std::int64_t last_start(std::int64_t timestamp) const noexcept {
        return timestamp / advance * advance;
    }
    [[nodiscard]] bool same_windows(std::int64_t a, std::int64_t b) const noexcept {
        return first_start(a) == first_start(b) && last_start(a) == last_start(b);
    }
};

/// The windows that the records make: of each record the one that ends with it and, where that holds anything, the one
/// that begins right after it. Both ends included.
struct sliding_windows {
    std::int64_t size;  ///< ms: the largest difference of two records in one window
    std::int64_t grace; ///< ms

    [[nodiscard]] window_ends ends() const { return std::chrono::milliseconds(size); }
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
