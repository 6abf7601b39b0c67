#pragma once

#include <atomic>
#include <cstdint>

namespace streams::inline v0 {

/// Counted by one thread, read by any.
class counter {
public:
    void add(std::uint64_t more) noexcept {
        count_.store(count_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return count_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> count_{0};
};

} // namespace streams::inline v0
