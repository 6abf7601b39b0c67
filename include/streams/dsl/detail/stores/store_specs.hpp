#pragma once

#include <streams/dsl/detail/windows/emission.hpp>
#include <streams/dsl/options.hpp>
#include <streams/state/store_spec.hpp>

#include <cstdint>
#include <string>

namespace streams::inline v0::detail {

/// The store of a table.
[[nodiscard]] store_spec key_value_spec(std::string name, const materialized& options);
/// The stores of windowed aggregations, whose windows may leave when they close; times in ms. Throw topology_error where the
/// retention asked for is too short.
[[nodiscard]] store_spec window_spec(std::string name, const materialized& options, std::int64_t window_size,
                                     std::int64_t needed_retention, const emission& strategy);
[[nodiscard]] store_spec session_spec(std::string name, const materialized& options, std::int64_t needed_retention,
                                      const emission& strategy);

} // namespace streams::inline v0::detail
