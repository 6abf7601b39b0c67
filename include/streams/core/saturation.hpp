#pragma once

#include <cstdint>
#include <limits>

namespace streams::inline v0::detail {

/// Sums and differences of times and spans, in ms, that stop at the ends of the integers instead of passing them (C++26's
/// `std::add_sat`, `std::sub_sat`): a window that reaches past the largest time ends there. What must not be cut short,
/// as the end of a window in a key, is checked instead.
[[nodiscard]] constexpr std::int64_t add_sat(std::int64_t a, std::int64_t b) noexcept {
    using limits = std::numeric_limits<std::int64_t>;
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b < 0 ? limits::min() : limits::max();
}
[[nodiscard]] constexpr std::int64_t sub_sat(std::int64_t a, std::int64_t b) noexcept {
    using limits = std::numeric_limits<std::int64_t>;
    std::int64_t difference = 0;
    if (!__builtin_sub_overflow(a, b, &difference)) return difference;
    return b < 0 ? limits::max() : limits::min();
}
/// Whether `a + b` is past the largest number.
[[nodiscard]] constexpr bool exceeds_largest(std::int64_t a, std::int64_t b) noexcept {
    return b > 0 && a > std::numeric_limits<std::int64_t>::max() - b;
}

} // namespace streams::inline v0::detail
