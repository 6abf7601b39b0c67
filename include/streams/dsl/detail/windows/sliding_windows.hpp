#pragma once

#include <streams/dsl/detail/aggregation/aggregated_times.hpp>
#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/dsl/detail/windows/window_layout.hpp>
#include <streams/dsl/detail/windows/window_rows.hpp>
#include <streams/dsl/options.hpp>
#include <streams/state/store_spec.hpp>

#include <chrono>
#include <cstdint>
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
    static constexpr bool merges = false;   ///< rows are deleted where records join two windows
    static constexpr bool numbers_counts = false;

    std::int64_t size;  ///< ms: the largest difference of two records in one window
    std::int64_t grace; ///< ms

    [[nodiscard]] window_ends ends() const { return std::chrono::milliseconds(size); }
    [[nodiscard]] aggregated_times times() const { return {ends(), std::chrono::milliseconds(grace)}; }
    [[nodiscard]] std::int64_t closing_lag() const noexcept { return grace; }
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return 2 * size + grace; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission& how) const;
    void require_end() const noexcept {}
};

} // namespace streams::inline v0::detail
