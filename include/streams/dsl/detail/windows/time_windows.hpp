#pragma once

#include <streams/dsl/detail/windows/kind_of_windows.hpp>
#include <streams/dsl/detail/windows/window_layout.hpp>
#include <streams/dsl/detail/windows/window_rows.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0::detail {

template <class KeyIn, class ValueIn, class Plan>
class window_aggregate_node;

/// Windows `[start, end)`: of one size, one beginning every `advance`, aligned to the epoch, tumbling where advance equals
/// size; or laid out by a rule.
struct time_windows {
    using rows = window_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = window_aggregate_node<KeyIn, ValueIn, Plan>;
    template <class Value>
    using value_in = Value;
    static constexpr bool merges = false;
    static constexpr bool numbers_counts = true;

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
    [[nodiscard]] aggregated_times times() const { return {ends(), std::chrono::milliseconds(grace)}; }
    [[nodiscard]] std::int64_t closing_lag() const noexcept { return grace; }
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return size + grace; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission& strategy) const;
    void require_end() const;
    [[nodiscard]] static bool ended(const window& each, std::int64_t close) noexcept { return each.end <= close; }
    [[nodiscard]] std::int64_t ended_at(std::int64_t end) const noexcept { return end; }
    [[nodiscard]] row_span open(std::optional<std::int64_t> last) const noexcept {
        return {last ? std::max<std::int64_t>(0, sub_sat(*last, size - 1)) : 0, unknown_window_end};
    }
    [[nodiscard]] std::optional<row_span> closed(std::optional<std::int64_t> last, std::int64_t close) const noexcept {
        const std::int64_t newest = rule ? close - 1 : close - size;
        if (newest < 0) return std::nullopt;
        const std::int64_t oldest = open(last).from;
        if (last && !rule && same_windows(newest, oldest - 1)) return std::nullopt;
        return row_span{oldest, newest};
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

} // namespace streams::inline v0::detail
