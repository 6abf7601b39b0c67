#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace streams::inline v0 {

/// How long rates, averages and extremes reach back (`metrics.num.samples`, `metrics.sample.window.ms`).
struct sampling {
    std::size_t samples = 2;
    std::int64_t window = 30'000; ///< of each, ms
};

/// A sum of times that somebody made up may be out of reach.
[[nodiscard]] constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// What was measured in a while: of one thread, until it is recorded.
struct measurements {
    std::uint64_t count = 0;
    std::int64_t sum = 0;
    std::int64_t smallest = std::numeric_limits<std::int64_t>::max();
    std::int64_t largest = std::numeric_limits<std::int64_t>::min();

    void add(std::int64_t value) noexcept {
        ++count;
        sum = wrapping_sum(sum, value);
        smallest = std::min(smallest, value);
        largest = std::max(largest, value);
    }
};

/// Of so many that took `sum` together, which of them took how long is not known: each took the average. REQUIRES: count > 0.
[[nodiscard]] constexpr measurements evenly(std::int64_t sum, std::size_t count) noexcept {
    const std::int64_t each = sum / static_cast<std::int64_t>(count);
    return {.count = count, .sum = sum, .smallest = each, .largest = each};
}

/// What a sensor says.
struct sensor_reading {
    std::uint64_t count = 0; ///< of all that was ever recorded
    double count_per_second = 0;
    double sum_per_second = 0;
    double average = std::numeric_limits<double>::quiet_NaN(); ///< NaN, as the extremes: nothing was recorded of late
    double smallest = std::numeric_limits<double>::quiet_NaN();
    double largest = std::numeric_limits<double>::quiet_NaN();
};

/// What happens again and again, measured (Kafka's `Sensor` with its `Rate`, `Avg`, `Min` and `Max`): recorded by one
/// thread, without a lock, and read by any. Times are of the steady clock, ms.
class sensor {
public:
    explicit sensor(const sampling& kept);

    void record(const measurements& values, std::int64_t now) noexcept;
    void record(std::int64_t value, std::int64_t now) noexcept {
        measurements one;
        one.add(value);
        record(one, now);
    }
    [[nodiscard]] sensor_reading read(std::int64_t now) const noexcept;

private:
    /// Stores release and loads acquire, so that a reader which sees any of it sees that `version_` was odd.
    struct sample {
        std::atomic<std::int64_t> begun{-1}; ///< -1: unused
        std::atomic<std::uint64_t> count{0};
        std::atomic<std::int64_t> sum{0};
        std::atomic<std::int64_t> smallest{0};
        std::atomic<std::int64_t> largest{0};
    };
    struct window_sums;

    void begin(sample& next, std::int64_t now) noexcept;
    [[nodiscard]] window_sums sums(std::int64_t now) const noexcept;

    const sampling kept_;
    std::unique_ptr<sample[]> samples_;
    std::size_t newest_ = 0;
    std::atomic<std::uint32_t> version_{0}; ///< odd while the rest is being written
    std::atomic<std::uint64_t> count_{0};
};

} // namespace streams::inline v0
