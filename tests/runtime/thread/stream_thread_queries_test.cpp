// A stream thread that the test drives turn by turn, in time that stands still while it works.

#include "catch.hpp"
#include "runtime/thread_world.hpp"
#include "runtime/unlogged_counts.hpp"

#include "src/runtime/thread/stream_thread.hpp"

#include <streams/core/manual_clock.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::thread_world;
using testing_support::unlogged_counts;
using text = std::string;

namespace {

constexpr int most_turns = 10'000;

/// A thread, whose records are tapped. Its store has no changelog: nothing is restored, by no other thread.
struct driven_thread {
    driven_thread(std::int32_t partitions, std::function<void(driven_thread&)> tap)
        : w(unlogged_counts(false, [this, tap = std::move(tap)](const auto&, auto&) { tap(*this); }), partitions,
            time) {
        for (int turn = 0; turn < most_turns && !thread.running(); ++turn) REQUIRE(thread.run_once());
        REQUIRE(thread.running());
    }
    void produce(int records) {
        for (int record = 0; record < records; ++record) w.produce("k" + std::to_string(record), "v");
    }
    void process(std::uint64_t records) {
        for (int turn = 0; turn < most_turns && thread.processed() < records; ++turn) REQUIRE(thread.run_once());
        REQUIRE(thread.processed() == records);
    }
    /// So many queries of a key of all partitions.
    void ask(int queries) {
        const auto all = w.directory.all();
        std::vector<task_id> tasks;
        for (const auto& [task, place] : all) tasks.push_back(task);
        for (; queries > 0; --queries, ++asked)
            all.begin()->second.owner->post(
                {std::make_shared<query_call>(
                     time,
                     asked_of_owners{.store = "counts", .question = keys_question{{bytes(std::string_view("k"))}}}),
                 tasks});
    }
    /// As so many threads do that ask again once they are answered.
    void ask_until_waiting(std::size_t most) { ask(static_cast<int>(most - waiting())); }
    [[nodiscard]] std::size_t waiting() const { return w.directory.all().begin()->second.owner->waiting(); }
    [[nodiscard]] std::size_t answered() const { return asked - waiting(); }

    manual_clock time{1'000'000};
    thread_world w;
    stream_thread thread{1, w.shared, w.stop, membership::dynamic_member};
    std::size_t asked = 0;
};

} // namespace

TEST_CASE("a flood of queries leaves half of a thread's work to records") {
    driven_thread t(1, [](driven_thread& driven) { driven.ask_until_waiting(10); });
    t.produce(500);
    t.process(500);
    CHECK(t.answered() <= 500 + 10);
    CHECK(t.answered() >= 500 - 20);
}

TEST_CASE("a query of several partitions is paid for with a record for each of them") {
    driven_thread t(4, [](driven_thread& driven) { driven.ask_until_waiting(10); });
    t.produce(500);
    t.process(500);
    CHECK(4 * t.answered() <= 500 + 4 * 10);
    CHECK(4 * t.answered() >= 500 - 4 * 20);
}

TEST_CASE("a query waits for one record where records take long, however many came before it") {
    std::size_t most = 0;
    driven_thread t(4, [&](driven_thread& driven) {
        most = std::max(most, driven.waiting());
        driven.ask(3);
        driven.time.advance(1s);
    });
    t.produce(50);
    t.process(50);
    CHECK(most == 0);
}

TEST_CASE("queries are answered by a thread that has nothing to process, those too that come while it answers") {
    driven_thread t(1, [](driven_thread&) {});
    t.ask(100);
    REQUIRE(t.thread.run_once());
    t.ask(100);
    REQUIRE(t.thread.run_once());
    CHECK(t.waiting() == 0);
}
