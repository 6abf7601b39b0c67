// Reads of stores that are with an updater, which has no stream thread here: the test is its owner.

#include "catch.hpp"
#include "runtime/thread_world.hpp"
#include "runtime/topologies.hpp"

#include "src/runtime/stores/state_updater.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

using namespace streams;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::thread_world;
using text = std::string;

namespace {

/// An updater that has the stores of a task, to be restored.
struct owned_updater {
    explicit owned_updater(int rows) {
        for (int row = 0; row < rows; ++row)
            w.cluster.produce("app-counts-changelog", text("k"), text("12345678"), {.timestamp = 1});
        updater.add(stores, {});
    }
    void restore() {
        updater.let_restore(true);
        REQUIRE(eventually([&] { return updater.has_news(); }));
    }

    topology what = count_topology(false);
    thread_world w{what};
    thread_environment environment{w.shared, w.stop, &w.views.newest()};
    std::unique_ptr<kafka::consumer> consumer = w.clients->make_consumer({.client_id = "restore", .restore = true});
    task_stores stores{{0, 0}, what, what.sub_topologies(), "app", {.time = w.time, .memory = w.memory}};
    state_updater updater{"updater", environment, *consumer, [] {}};
};

} // namespace

TEST_CASE("a restore goes on between reads, however many there are") {
    constexpr int most = 10'000;
    owned_updater t(50'000); // several polls
    std::atomic<int> reads{0};
    // One asks for the next, so that there is always one.
    const state_updater::visit again = [&](task_stores* found) {
        if (found != nullptr && ++reads < most) t.updater.read(t.stores, again);
    };
    t.w.on_restore.on_restore_start = [&](const restore_progress&) { t.updater.read(t.stores, again); };
    t.restore();
    CHECK(reads > 0);
    CHECK(reads < 100);
    reads = most;
    CHECK(t.updater.take_done() == std::vector{&t.stores});
}

TEST_CASE("a read that comes when a restore ends is served by whoever has the stores next") {
    const bool removed = GENERATE(false, true);
    owned_updater t(1);
    t.restore();
    std::atomic<int> served{0};
    std::atomic<int> refused{0};
    const auto count = [&](task_stores* found) { ++(found == &t.stores ? served : refused); };
    t.updater.read(t.stores, count);
    if (removed)
        t.updater.remove(t.stores);
    else
        CHECK(t.updater.take_done() == std::vector{&t.stores});
    CHECK(served == 1);
    t.updater.read(t.stores, count);
    CHECK(served == 1);
    CHECK(refused == 1);
}
