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
class session_aggregate_node;

/// A session ends when no record comes within `gap`.
struct session_windows {
    using rows = session_rows;
    template <class KeyIn, class ValueIn, class Plan>
    using node = session_aggregate_node<KeyIn, ValueIn, Plan>;
    template <class Value>
    using value_in = Value;
    static constexpr bool merges = true; ///< rows are deleted where records join two windows
    static constexpr bool numbers_counts = true;

    std::int64_t gap;   ///< ms
    std::int64_t grace; ///< ms

    /// Its keys say when a session ends.
    [[nodiscard]] window_ends ends() const { return {}; }
    [[nodiscard]] aggregated_times times() const { return {std::nullopt, std::chrono::milliseconds(closing_lag())}; }
    [[nodiscard]] std::int64_t closing_lag() const noexcept { return gap + grace; }
    [[nodiscard]] std::int64_t needed_retention() const noexcept { return gap + grace; }
    [[nodiscard]] store_spec store(std::string name, const materialized& options, const emission& how) const;
    void require_end() const noexcept {}
};

} // namespace streams::inline v0::detail
