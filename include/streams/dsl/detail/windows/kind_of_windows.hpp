#pragma once

#include <streams/dsl/detail/aggregation/aggregated_times.hpp>
#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/dsl/options.hpp>
#include <streams/serde/window.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/state/store_spec.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

namespace streams::inline v0::detail {

/// Times that a store orders its rows by, starts of windows or ends of sessions; both ends included.
struct row_span {
    std::int64_t from;
    std::int64_t to;
};

/// All that operators ask of a kind of windows. Beside it, its member template `node<KeyIn, ValueIn, Plan>`, a windowed_node,
/// lays records out into them. All times are ms.
template <class W>
concept kind_of_windows =
    requires(const W& windows, const window& each, std::int64_t time, std::optional<std::int64_t> last,
             const materialized& options, const emission& strategy) {
        // How rows are named, stored and read: window_rows or session_rows.
        typename W::rows;
        // The values that reach functors: without their null where that is dropped.
        typename W::template value_in<int>;
        // Rows are deleted where records join two windows.
        { W::merges } -> std::convertible_to<bool>;
        // An unnamed `Materialized` of a count takes an index.
        { W::numbers_counts } -> std::convertible_to<bool>;
        // Where windows end, which the bytes of a key need not say; the same for what is downstream.
        { windows.ends() } -> std::same_as<window_ends>;
        { windows.times() } -> std::same_as<aggregated_times>;
        // How far behind stream time windows close, and how long rows are read and written.
        { windows.closing_lag() } -> std::same_as<std::int64_t>;
        { windows.needed_retention() } -> std::same_as<std::int64_t>;
        { windows.store(std::string(), options, strategy) } -> std::same_as<store_spec>;
        // Throws topology_error for windows that never close.
        windows.require_end();
        // Whether a window has ended at a closing time, and the first such time of a window of that end.
        { W::ended(each, time) } -> std::same_as<bool>;
        { windows.ended_at(time) } -> std::same_as<std::int64_t>;
        // Where the rows lie that are still open at `last`, and those of them that have ended at `time`, others among them.
        { windows.open(last) } -> std::same_as<row_span>;
        { windows.closed(last, time) } -> std::same_as<std::optional<row_span>>;
    };

} // namespace streams::inline v0::detail
