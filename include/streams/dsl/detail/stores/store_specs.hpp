#pragma once

#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/dsl/options.hpp>
#include <streams/state/store_spec.hpp>

#include <cstdint>
#include <string>

namespace streams::inline v0::detail {

/// The store of a table.
[[nodiscard]] store_spec key_value_spec(std::string name, const materialized& options);
/// The store of a windowed aggregation; times in ms. Throws topology_error where the retention asked for is too short.
[[nodiscard]] store_spec windowed_spec(std::string name, const materialized& options, store_kind kind,
                                       std::int64_t window_size, std::int64_t needed_retention);

/// The same, whose windows may leave when they close.
[[nodiscard]] store_spec emitting_spec(store_spec windows, const emission& how);

} // namespace streams::inline v0::detail
