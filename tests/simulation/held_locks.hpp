#pragma once

namespace streams::simulation {

/// How many of the operating system's mutexes and read-write locks the calling thread holds; 0 in builds with a sanitizer,
/// which does not let others count.
[[nodiscard]] int held_locks() noexcept;

} // namespace streams::simulation
