#pragma once

#include <streams/dsl/detail/time_windows.hpp>
#include <streams/dsl/options.hpp>
#include <streams/state/store_spec.hpp>

#include <string>

namespace streams::inline v0::detail {

/// The store of a table.
[[nodiscard]] store_spec key_value_spec(std::string name, const materialized& options);
/// The store of a windowed aggregation. Throws topology_error where the retention asked for is too short.
[[nodiscard]] store_spec window_spec(std::string name, const materialized& options, const time_windows& windows);

} // namespace streams::inline v0::detail
