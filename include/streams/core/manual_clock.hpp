#pragma once

#include <streams/core/execution.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace streams::inline v0 {

/// Time that moves when told to, and while its only thread, the caller's, waits: every wait lasts to its deadline and
/// takes no time. Not thread-safe.
class manual_clock final : public execution {
public:
    explicit manual_clock(std::int64_t wall_ms = 0) noexcept : now_(wall_ms) {}
    [[nodiscard]] std::int64_t wall_ms() const override { return now_; }
    [[nodiscard]] std::int64_t steady_ms() const override { return now_; }
    void advance(std::chrono::milliseconds span) noexcept { now_ = detail::add_sat(now_, span.count()); }

    /// A wait without a deadline throws streams_error: nobody could end it.
    [[nodiscard]] std::unique_ptr<condition> make_condition(std::string name) override;
    /// Throws streams_error.
    [[nodiscard]] std::unique_ptr<thread> start_thread(std::string name, std::function<void()> body) override;
    /// 1, 2, 3 and so on.
    [[nodiscard]] std::uint64_t random_bits() override { return ++drawn_; }

private:
    std::int64_t now_;
    std::uint64_t drawn_ = 0;
};

} // namespace streams::inline v0
