#pragma once

#include <cstdint>

namespace streams::inline v0 {

/// Where the library reads the time; handed in, so that tests and simulations control it.
class clock {
public:
    virtual ~clock() = default;
    /// Wall-clock time, ms since the epoch; may step back.
    [[nodiscard]] virtual std::int64_t wall_ms() const = 0;
    /// Time that never steps back, ms since an arbitrary point.
    [[nodiscard]] virtual std::int64_t steady_ms() const = 0;
};

/// The machine's clock. Thread-safe; lives as long as the process.
[[nodiscard]] clock& system_clock() noexcept;

} // namespace streams::inline v0
