#pragma once

#include <span>
#include <string_view>

namespace streams::inline v0 {

/// The one of `candidates` that is spelled most like `name`; empty where none is near.
[[nodiscard]] std::string_view nearest_of(std::string_view name, std::span<const std::string_view> candidates);

} // namespace streams::inline v0
