#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

namespace streams::inline v0 {

/// How many bytes of memory the container of this process may have: the least of what its control groups say, of version 2
/// (`memory.max`) or 1 (`memory.limit_in_bytes`), and of those that they are in. nullopt: nothing is said. What cannot be read or
/// is no number says nothing. `root`: where `proc` and `sys` are.
[[nodiscard]] std::optional<std::size_t> container_memory(const std::filesystem::path& root = "/");

} // namespace streams::inline v0
