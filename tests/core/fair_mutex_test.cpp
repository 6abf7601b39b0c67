#include "catch.hpp"

#include "src/core/fair_mutex.hpp"

#include <cstdint>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

using streams::fair_mutex;

TEST_CASE("a fair mutex is had in the order in which it was asked for, also by who gives it back and asks again") {
    constexpr std::uint32_t others = 6;
    fair_mutex mutex;
    std::vector<std::uint32_t> order;
    std::vector<std::jthread> threads;
    mutex.lock();
    for (std::uint32_t other = 0; other < others; ++other) {
        threads.emplace_back([&, other] {
            const std::lock_guard held(mutex);
            order.push_back(other);
        });
        while (mutex.asked() < other + 2) std::this_thread::yield();
    }
    mutex.unlock();
    mutex.lock();
    std::vector<std::uint32_t> expected(others);
    std::iota(expected.begin(), expected.end(), 0U);
    CHECK(order == expected);
    mutex.unlock();
}

TEST_CASE("a fair mutex is had by one thread at a time") {
    constexpr int rounds = 2'000;
    fair_mutex mutex;
    int counted = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread)
            threads.emplace_back([&] {
                for (int round = 0; round < rounds; ++round) {
                    const std::lock_guard held(mutex);
                    ++counted;
                }
            });
    }
    CHECK(counted == 4 * rounds);
    CHECK(mutex.asked() == 0);
}
