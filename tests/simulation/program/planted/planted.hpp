#pragma once

namespace streams::simulation {

/// The number of the bug that this process has; 0: none. Set once, before anything runs.
inline int planted_bug = 0;

[[nodiscard]] inline bool planted(int number) noexcept { return planted_bug == number; }

} // namespace streams::simulation
