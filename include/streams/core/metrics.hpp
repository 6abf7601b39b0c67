#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace streams::inline v0 {

/// Why a record was dropped. Every drop is counted under one of these and the first of each reason in a task is logged.
enum class drop_reason : std::uint8_t {
    deserialization,   ///< did not decode, and the handler chose to continue
    invalid_timestamp, ///< the extractor returned a negative timestamp
    null_key,          ///< the operator needs a key
    null_value,        ///< the operator needs a value, or `on_null = drop` was asked for
    late,              ///< a window it belongs to is closed: once for each such window, as Kafka Streams counts
    processing,        ///< user code threw, and the handler chose to continue
    production,        ///< could not be written, and the handler chose to continue
    partitioner,       ///< a custom partitioner sent it nowhere
    stale,             ///< newer data has taken its place: out of order in a versioned table, a late answer in a join
    duplicate,         ///< a record with the same id was passed on before
    /// Not dropped but passed on: older than what deduplicate keeps, so that it may be a duplicate.
    unchecked,
};
inline constexpr std::size_t drop_reasons = 11;

[[nodiscard]] std::string_view to_string(drop_reason reason) noexcept;

/// How many records were dropped, by reason. Counted by one thread, readable from any.
class drop_counters {
public:
    void add(drop_reason reason, std::uint64_t count = 1) noexcept {
        at(reason).store(at(reason).load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t operator[](drop_reason reason) const noexcept {
        return counts_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t total() const noexcept {
        std::uint64_t sum = 0;
        for (const auto& count : counts_) sum += count.load(std::memory_order_relaxed);
        return sum;
    }

private:
    std::atomic<std::uint64_t>& at(drop_reason reason) noexcept { return counts_[static_cast<std::size_t>(reason)]; }
    std::array<std::atomic<std::uint64_t>, drop_reasons> counts_{};
};

} // namespace streams::inline v0
