#pragma once

#include <streams/core/saturation.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

namespace streams::inline v0 {

/// Where the library takes time from; handed in, so that tests and simulations control it.
class clock {
public:
    virtual ~clock() = default;
    /// Wall-clock time, ms since the epoch; may step back.
    [[nodiscard]] virtual std::int64_t wall_ms() const = 0;
    /// Time that never steps back, ms since an arbitrary point.
    [[nodiscard]] virtual std::int64_t steady_ms() const = 0;
    /// Waits on the calling thread.
    virtual void sleep(std::chrono::milliseconds span) = 0;
};

/// The machine's clock. Thread-safe; lives as long as the process.
[[nodiscard]] clock& system_clock() noexcept;

/// A clock that moves only when told to. Not thread-safe.
class manual_clock final : public clock {
public:
    explicit manual_clock(std::int64_t wall_ms = 0) noexcept : now_(wall_ms) {}
    [[nodiscard]] std::int64_t wall_ms() const override { return now_; }
    [[nodiscard]] std::int64_t steady_ms() const override { return now_; }
    /// Moves the clock on by `span`.
    void sleep(std::chrono::milliseconds span) override { advance(span); }
    void advance(std::chrono::milliseconds span) noexcept { now_ = detail::add_sat(now_, span.count()); }

private:
    std::int64_t now_;
};

} // namespace streams::inline v0
