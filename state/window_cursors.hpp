#pragma once

#include "state/tiered_map.hpp"
#include "state/window_layout.hpp"

#include <streams/state/window_store.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Starts of windows, both ends included.
struct start_span {
    std::int64_t from;
    std::int64_t to;
};

/// The windows of one key, by start; read from the map as the cursor moves.
[[nodiscard]] std::unique_ptr<store_cursor<window_entry>>
windows_of_key(tiered_map& map, const window_layout& layout, bytes_view key, start_span starts, iteration_order direction);

/// The windows of the keys in [first, last] (nullopt: open), by key, then by start; collected before it returns.
[[nodiscard]] std::unique_ptr<store_cursor<window_entry>>
windows_of_keys(tiered_map& map, const window_layout& layout, std::optional<bytes_view> first,
                std::optional<bytes_view> last, start_span starts, iteration_order direction);

} // namespace streams::inline v0
