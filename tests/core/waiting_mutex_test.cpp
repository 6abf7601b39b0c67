#include "catch.hpp"

#include "src/core/waiting_mutex.hpp"

#include <streams/core/manual_clock.hpp>

#include <atomic>

using namespace streams;

TEST_CASE("a mutex that somebody holds is waited for until a deadline") {
    manual_clock time;
    waiting_mutex mutex(time, "a test");
    std::unique_lock held(mutex);
    CHECK_FALSE(mutex.lock_until(70));
    CHECK(time.steady_ms() == 70);
    held.unlock();
    CHECK(mutex.lock_until(0));
}

TEST_CASE("a mutex may be held by one thread at a time") {
    waiting_mutex mutex(machine(), "a test");
    std::atomic<int> counted{0};
    {
        std::unique_lock held(mutex);
        const auto other = machine().start_thread("other", [&] {
            const std::lock_guard second(mutex);
            ++counted;
        });
        CHECK(counted == 0);
        held.unlock();
    }
    const std::lock_guard last(mutex);
    CHECK(counted == 1);
}
