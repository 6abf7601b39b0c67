#pragma once

#include <streams/dsl/detail/windows/kind_of_windows.hpp>
#include <streams/dsl/detail/windows/window_layout.hpp>
#include <streams/dsl/detail/windows/window_rows.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace streams::inline v0::detail {

template <class KeyIn, class ValueIn, class Plan>
class session_aggregate_node;

/// A session ends when no record comes within `gap`.
struct session_windows {
    using rows = session_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = session_aggregate_node<KeyIn, ValueIn, Plan>;
    template <class Value>
    using value_in = Value;
    static constexpr bool merges = true;
    static constexpr bool numbers_counts = true;

    std::int64_t gap;   ///< ms
    std::int64_t grace; ///< ms

    /// Its keys say when a session ends.
    [[nodiscard]] window_ends ends() const { return {}; }
    [[nodiscard]] aggregated_times times() const { return {std::nullopt, std::chrono::milliseconds(closing_lag())}; }
    [[nodiscard]] std::int64_t closing_lag() const noexcept { return gap + grace; }
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return gap + grace; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission& strategy) const;
    void require_end() const noexcept {}
    [[nodiscard]] static bool ended(const window& each, std::int64_t close) noexcept { return each.end < close; }
    /// Later than any record that could still join it.
    [[nodiscard]] std::int64_t ended_at(std::int64_t end) const noexcept { return add_sat(end + gap, 1); }
    [[nodiscard]] row_span open(std::optional<std::int64_t> last) const noexcept {
        return {std::max<std::int64_t>(0, last.value_or(0)), unknown_window_end};
    }
    [[nodiscard]] std::optional<row_span> closed(std::optional<std::int64_t> last, std::int64_t close) const noexcept {
        const std::int64_t newest = close - 1;
        const std::int64_t oldest = open(last).from;
        if (newest < oldest) return std::nullopt;
        return row_span{oldest, newest};
    }
};

} // namespace streams::inline v0::detail
