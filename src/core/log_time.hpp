#pragma once

#include <cstdint>
#include <string>

namespace streams::inline v0 {

/// `2026-01-31T23:59:59.123Z`, UTC, of ms since 1970.
[[nodiscard]] std::string log_time(std::int64_t wall_ms);

} // namespace streams::inline v0
