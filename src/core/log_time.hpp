#pragma once

#include <chrono>
#include <string>

namespace streams::inline v0 {

/// `2026-01-31T23:59:59.123Z`, UTC.
[[nodiscard]] std::string log_time(std::chrono::system_clock::time_point at);

} // namespace streams::inline v0
