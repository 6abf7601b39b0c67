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
class sliding_aggregate_node;

/// The windows that the records make: of each record the one that ends with it and, where that holds anything, the one
/// that begins right after it. Both ends included.
struct sliding_windows {
    using rows = window_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = sliding_aggregate_node<KeyIn, ValueIn, Plan>;
    template <class Value>
    using value_in = without_null_t<Value>; ///< null is dropped
    static constexpr bool merges = false;
    static constexpr bool numbers_counts = false;

    std::int64_t size;  ///< ms: the largest difference of two records in one window
    std::int64_t grace; ///< ms

    [[nodiscard]] window_ends ends() const { return std::chrono::milliseconds(size); }
    [[nodiscard]] aggregated_times times() const { return {ends(), std::chrono::milliseconds(grace)}; }
    [[nodiscard]] std::int64_t closing_lag() const noexcept { return grace; }
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return 2 * size + grace; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission& strategy) const;
    void require_end() const noexcept {}
    [[nodiscard]] static bool ended(const window& each, std::int64_t close) noexcept { return each.end < close; }
    [[nodiscard]] std::int64_t ended_at(std::int64_t end) const noexcept { return add_sat(end, 1); }
    [[nodiscard]] row_span open(std::optional<std::int64_t> last) const noexcept {
        return {last ? std::max<std::int64_t>(0, sub_sat(*last, size)) : 0, unknown_window_end};
    }
    [[nodiscard]] std::optional<row_span> closed(std::optional<std::int64_t> last, std::int64_t close) const noexcept {
        const std::int64_t newest = sub_sat(close, size + 1);
        if (newest < 0) return std::nullopt;
        return row_span{open(last).from, newest};
    }
};

} // namespace streams::inline v0::detail
