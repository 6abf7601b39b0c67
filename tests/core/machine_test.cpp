#include "catch.hpp"

#include <streams/core/execution.hpp>

#include <atomic>
#include <string>

#include <pthread.h>

using namespace std::chrono_literals;
using streams::machine;

TEST_CASE("a thread of the machine runs, is joined as often as wanted, and is known by the end of its name") {
    std::string shown(16, '\0');
    auto thread = machine().start_thread("payments-3f2c-StreamThread-1",
                                         [&] { ::pthread_getname_np(::pthread_self(), shown.data(), shown.size()); });
    thread->join();
    thread->join();
    CHECK(std::string(shown.c_str()) == "-StreamThread-1");
}

TEST_CASE("the end of a handle waits for its thread, but for one that was let go") {
    std::atomic<bool> ran{false};
    {
        const auto waited_for = machine().start_thread("short", [&] { ran = true; });
    }
    CHECK(ran);

    const auto done = std::make_shared<std::atomic<bool>>(false);
    machine().start_thread("let go", [done] { *done = true; })->detach();
    while (!*done) machine().sleep(1ms);
}

TEST_CASE("a wait ends with a notification, and without one at its deadline") {
    const auto changed = machine().make_condition("a word");
    std::mutex mutex;
    bool said = false;
    std::unique_lock lock(mutex);
    CHECK_FALSE(changed->wait(lock, machine().after(1ms), [&] { return said; }));
    const auto speaker = machine().start_thread("speaker", [&] {
        {
            const std::lock_guard held(mutex);
            said = true;
        }
        changed->notify_all();
    });
    CHECK(changed->wait(lock, streams::never, [&] { return said; }));
}

TEST_CASE("a span too long for the clock ends never") {
    CHECK(machine().after(std::chrono::milliseconds::max()) == streams::never);
}
