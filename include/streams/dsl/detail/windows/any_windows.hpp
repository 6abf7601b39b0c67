#pragma once

#include <streams/dsl/detail/aggregation/aggregate_node.hpp>
#include <streams/dsl/detail/windows/no_windows.hpp>
#include <streams/dsl/detail/windows/session_aggregate_node.hpp>
#include <streams/dsl/detail/windows/sliding_aggregate_node.hpp>
#include <streams/dsl/detail/windows/window_aggregate_node.hpp>

#include <variant>

namespace streams::inline v0::detail {

/// The kinds of windows that a cogroup's table may have: its streams are known before the kind is.
using any_windows = std::variant<no_windows, time_windows, sliding_windows, session_windows>;

} // namespace streams::inline v0::detail
