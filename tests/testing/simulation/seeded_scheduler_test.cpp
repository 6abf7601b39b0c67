#include "catch.hpp"
#include "src/testing/simulation/seeded_scheduler.hpp"

#include <mutex>
#include <optional>
#include <set>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using simulated::deadlock_error;
using simulated::seeded_scheduler;

namespace {

/// The trace of two threads that take three steps each.
std::vector<std::string> trace_of_two(std::uint64_t seed) {
    seeded_scheduler scheduler(seed);
    scheduler.run([&] {
        const auto steps = [&] {
            for (int i = 0; i < 3; ++i) scheduler.yield(std::to_string(i));
        };
        const auto one = scheduler.start_thread("one", steps);
        const auto two = scheduler.start_thread("two", steps);
    });
    return scheduler.trace();
}

} // namespace

TEST_CASE("the same seed runs threads in the same order, and other seeds in others") {
    std::set<std::vector<std::string>> orders;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        CHECK(trace_of_two(seed) == trace_of_two(seed));
        orders.insert(trace_of_two(seed));
    }
    CHECK(orders.size() > 5);
}

TEST_CASE("time jumps to the next deadline when all wait") {
    seeded_scheduler scheduler(1);
    scheduler.run([&] {
        std::vector<std::string> woken;
        const auto late = scheduler.start_thread("late", [&] {
            scheduler.sleep(2h);
            woken.emplace_back("late");
        });
        const auto early = scheduler.start_thread("early", [&] {
            scheduler.sleep(1h);
            woken.emplace_back("early");
        });
        scheduler.sleep(3h);
        CHECK(woken == std::vector<std::string>{"early", "late"});
        CHECK(scheduler.steady_ms() >= std::chrono::milliseconds(3h).count());
        CHECK(scheduler.steady_ms() < std::chrono::milliseconds(3h).count() + 1000);
    });
}

TEST_CASE("a notification ends a wait before its deadline") {
    seeded_scheduler scheduler(2);
    scheduler.run([&] {
        std::mutex mutex;
        bool said = false;
        const auto changed = scheduler.make_condition("a word");
        const auto speaker = scheduler.start_thread("speaker", [&] {
            {
                const std::lock_guard lock(mutex);
                said = true;
            }
            changed->notify_all();
        });
        std::unique_lock lock(mutex);
        CHECK(changed->wait(lock, scheduler.after(1h), [&] { return said; }));
        CHECK(scheduler.steady_ms() < 1000);
    });
}

TEST_CASE("a deadlock says who waits for what") {
    seeded_scheduler scheduler(3);
    std::string message;
    scheduler.run([&] {
        std::mutex mutex;
        const auto answer = scheduler.make_condition("an answer");
        scheduler
            .start_thread("asking",
                          [&] {
                              std::mutex own;
                              std::unique_lock lock(own);
                              const auto question = scheduler.make_condition("a question");
                              while (true) question->wait(lock, never);
                          })
            ->detach();
        std::unique_lock lock(mutex);
        try {
            while (true) answer->wait(lock, never);
        } catch (const deadlock_error& cause) {
            message = cause.what();
        }
    });
    CHECK(message == "nobody can go on; main waits for an answer; asking waits for a question");
}

TEST_CASE("a thread that is paused does not go on before its time, whatever wakes it") {
    seeded_scheduler scheduler(4);
    scheduler.run([&] {
        std::mutex mutex;
        const auto word = scheduler.make_condition("a word");
        std::int64_t heard = 0;
        const auto listener = scheduler.start_thread("one-thread", [&] {
            std::unique_lock lock(mutex);
            word->wait(lock, never);
            heard = scheduler.steady_ms();
        });
        scheduler.sleep(10ms);
        scheduler.pause("one-", scheduler.steady_ms() + 1000);
        word->notify_all();
        scheduler.sleep(100ms);
        CHECK(heard == 0);
        scheduler.sleep(2s);
        CHECK(heard >= 1000);
    });
}

TEST_CASE("a thread that stays more often takes more steps in a row") {
    const auto changes = [](unsigned stay_percent) {
        seeded_scheduler scheduler(5, {.stay_percent = stay_percent});
        scheduler.run([&] {
            const auto steps = [&] {
                for (int i = 0; i < 200; ++i) scheduler.yield("a step");
            };
            const auto one = scheduler.start_thread("one", steps);
            const auto two = scheduler.start_thread("two", steps);
        });
        const auto name = [](const std::string& line) { return line.substr(line.find(' ') + 1, 3); };
        int count = 0;
        for (std::size_t at = 1; at < scheduler.trace().size(); ++at)
            count += name(scheduler.trace()[at]) != name(scheduler.trace()[at - 1]);
        return count;
    };
    CHECK(changes(90) < changes(0) / 2);
}

TEST_CASE("the wall clock steps, and the steady one does not") {
    seeded_scheduler scheduler(6);
    const auto wall = scheduler.wall_ms();
    scheduler.step_wall(-3'600'000);
    CHECK(scheduler.wall_ms() == wall - 3'600'000);
    CHECK(scheduler.steady_ms() == 0);
}

TEST_CASE("abandoned threads never go on, and what they hold stays") {
    seeded_scheduler scheduler(4);
    int steps = 0;
    scheduler.run([&] {
        scheduler
            .start_thread("one-thread",
                          [&] {
                              for (;; ++steps) scheduler.yield("a step");
                          })
            ->detach();
        scheduler.sleep(10ms);
        CHECK(steps > 0);
        CHECK(scheduler.abandon("one") == 1);
        CHECK(scheduler.abandon("one") == 0);
        const int then = steps;
        scheduler.sleep(10ms);
        CHECK(steps == then);
    });
}

TEST_CASE("an event comes at its step, whoever takes that") {
    seeded_scheduler scheduler(5);
    std::optional<std::uint64_t> came;
    scheduler.at_step(7, [&] { came = scheduler.steps(); });
    scheduler.run([&] {
        for (int i = 0; i < 10; ++i) scheduler.yield("a step");
    });
    CHECK(came == 7);
}
