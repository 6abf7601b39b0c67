#include "src/metrics/sensor.hpp"

namespace streams::inline v0 {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;

/// A writer is done in some nanoseconds, unless its thread is halted just then: then a reading may miss a part of what is
/// being recorded.
constexpr int most_tries = 100;

} // namespace

struct sensor::window_sums {
    std::uint64_t total = 0;
    measurements within{};
    std::int64_t oldest = std::numeric_limits<std::int64_t>::max(); ///< sample that counts, since when
};

sensor::sensor(const sampling& kept) : kept_(kept), samples_(std::make_unique<sample[]>(kept.samples)) {}

void sensor::record(const measurements& values, std::int64_t now) noexcept {
    if (values.count == 0) return;
    const auto version = version_.load(relaxed);
    version_.store(version + 1, relaxed);
    if (const std::int64_t begun = samples_[newest_].begun.load(relaxed); begun < 0 || now - begun >= kept_.window) {
        if (begun >= 0) newest_ = (newest_ + 1) % kept_.samples;
        begin(samples_[newest_], now);
    }
    sample& to = samples_[newest_];
    to.count.store(to.count.load(relaxed) + values.count, release);
    to.sum.store(wrapping_sum(to.sum.load(relaxed), values.sum), release);
    to.smallest.store(std::min(to.smallest.load(relaxed), values.smallest), release);
    to.largest.store(std::max(to.largest.load(relaxed), values.largest), release);
    count_.store(count_.load(relaxed) + values.count, release);
    version_.store(version + 2, release);
}

void sensor::begin(sample& next, std::int64_t now) noexcept {
    const measurements none;
    next.begun.store(now, release);
    next.count.store(none.count, release);
    next.sum.store(none.sum, release);
    next.smallest.store(none.smallest, release);
    next.largest.store(none.largest, release);
}

sensor::window_sums sensor::sums(std::int64_t now) const noexcept {
    window_sums all;
    const auto reach = kept_.window * static_cast<std::int64_t>(kept_.samples);
    for (std::size_t at = 0; at < kept_.samples; ++at) {
        const sample& each = samples_[at];
        const std::int64_t begun = each.begun.load(acquire);
        if (begun < 0 || now - begun >= reach) continue;
        all.oldest = std::min(all.oldest, begun);
        all.within.count += each.count.load(acquire);
        all.within.sum = wrapping_sum(all.within.sum, each.sum.load(acquire));
        all.within.smallest = std::min(all.within.smallest, each.smallest.load(acquire));
        all.within.largest = std::max(all.within.largest, each.largest.load(acquire));
    }
    all.total = count_.load(acquire);
    return all;
}

sensor_reading sensor::read(std::int64_t now) const noexcept {
    window_sums all;
    for (int tries = 0; tries < most_tries; ++tries) {
        const auto before = version_.load(acquire);
        all = sums(now);
        if (before % 2 == 0 && version_.load(relaxed) == before) break;
    }
    sensor_reading reading{.count = all.total};
    if (all.within.count == 0) return reading;
    // As Kafka's Rate: a first sample that has just begun does not make a burst a rate.
    std::int64_t elapsed = now - all.oldest;
    const auto full_windows = static_cast<std::int64_t>(kept_.samples) - 1;
    if (const auto missing = full_windows - elapsed / kept_.window; missing > 0) elapsed += missing * kept_.window;
    const double seconds = static_cast<double>(std::max<std::int64_t>(elapsed, 1)) / 1000;
    reading.count_per_second = static_cast<double>(all.within.count) / seconds;
    reading.sum_per_second = static_cast<double>(all.within.sum) / seconds;
    reading.average = static_cast<double>(all.within.sum) / static_cast<double>(all.within.count);
    reading.smallest = static_cast<double>(all.within.smallest);
    reading.largest = static_cast<double>(all.within.largest);
    return reading;
}

} // namespace streams::inline v0
