#pragma once

#include "possible_fraud/possible_fraud.hpp"

#include <cstdint>
#include <string>

/// Payments made up from their position alone, so that a run can go on where another one was stopped. In every window of
/// five minutes one card is used four to eight times, every other card once at most.
class payment_generator {
public:
    static constexpr std::int64_t window_ms = 300'000;
    static constexpr std::int64_t interval_ms = 10; ///< between two payments
    static constexpr std::uint64_t payments_per_window = window_ms / interval_ms;

    /// `start`: the time of payment 0, ms since the epoch; moved back to the beginning of its window.
    explicit payment_generator(std::int64_t start) noexcept : start_(start - start % window_ms) {}

    [[nodiscard]] payment at(std::uint64_t position) const;
    /// ms since the epoch.
    [[nodiscard]] std::int64_t time_of(std::uint64_t position) const noexcept {
        return start_ + static_cast<std::int64_t>(position) * interval_ms;
    }
    /// The alert that the payments of one window, counted from 0, end in.
    [[nodiscard]] fraud_alert alert_of(std::uint64_t window) const;

private:
    std::int64_t start_;
};
