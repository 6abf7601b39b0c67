#pragma once

#include <atomic>
#include <cstdint>

namespace streams::inline v0 {

/// A mutex that is had in the order in which it was asked for: who asks for it again and again waits behind those that wait
/// already. Held briefly, and never while its holder waits for something else.
class fair_mutex {
public:
    fair_mutex() = default;
    fair_mutex(const fair_mutex&) = delete;
    fair_mutex& operator=(const fair_mutex&) = delete;

    void lock() noexcept {
        const std::uint32_t turn = next_.fetch_add(1, std::memory_order_relaxed);
        for (;;) {
            const std::uint32_t now = served_.load(std::memory_order_acquire);
            if (now == turn) return;
            served_.wait(now, std::memory_order_acquire);
        }
    }
    void unlock() noexcept {
        served_.store(served_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
        served_.notify_all();
    }
    /// How many have asked for it and have not given it back: who has it, and those that wait.
    [[nodiscard]] std::uint32_t asked() const noexcept {
        return next_.load(std::memory_order_relaxed) - served_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<std::uint32_t> next_{0};   ///< turns that were given out
    std::atomic<std::uint32_t> served_{0}; ///< whose turn it is
};

} // namespace streams::inline v0
