#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::world;
using text = std::string;

namespace {

constexpr std::int32_t partitions = 2;

/// Changelogs of two partitions, with so many rows each.
struct written_world : world {
    explicit written_world(int first_rows, int second_rows) : world(partitions) {
        auto app = run(count_topology(true), config("first"));
        for (int row = 0; row < first_rows; ++row) put(0, "k" + std::to_string(row));
        for (int row = 0; row < second_rows; ++row) put(1, "k" + std::to_string(row));
        REQUIRE(
            eventually([&] { return written(0) + written(1) == static_cast<std::size_t>(first_rows + second_rows); }));
        app.close();
    }
    void put(std::int32_t partition, const text& key) {
        cluster.produce("in", key, text("v"), {.timestamp = 1, .partition = partition});
    }
    streams_config named(const text& instance) const {
        auto of_instance = config(instance);
        of_instance.client_id = instance;
        return of_instance;
    }
    /// An instance whose restores read nothing until the plan forgets that polls fail.
    kafka_streams held_up(const std::shared_ptr<testing_support::fault_plan>& restoring) const {
        restoring->fail(testing_support::call::poll, {kafka::error_class::retriable, "no leader"}, 100'000);
        return kafka_streams(count_topology(true), named("second"),
                             std::make_shared<testing_support::faulty_clients>(
                                 cluster.clients(), std::make_shared<testing_support::fault_plan>(), restoring));
    }
    std::size_t written(std::int32_t partition) const {
        const auto all = cluster.read<text, text>("out");
        return static_cast<std::size_t>(std::ranges::count(all, partition, &stored_record<text, text>::partition));
    }
};

} // namespace

TEST_CASE("a task that is ready works while another one restores, however long that takes") {
    written_world w(0, 1);
    std::atomic<bool> over{false};
    std::atomic<bool> restores{false};
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    app.set_restore_listener({.on_batch_restored = [&](const restore_progress&, std::int64_t) {
        restores = true;
        while (!over) std::this_thread::sleep_for(1ms);
    }});
    app.start();
    CHECK(eventually([&] { return restores.load(); }));
    for (std::size_t records = 1; records <= 2; ++records) {
        w.put(0, "k");
        CHECK(eventually([&] { return w.written(0) == records; }));
    }
    CHECK(app.state() == application_state::rebalancing);
    over = true;
    CHECK(app.wait_for(application_state::running, patience));
    w.put(1, "k0");
    CHECK(eventually([&] { return w.counts()["k0"] == 2; }));
}

TEST_CASE("a restore is told of from its first offset to its end") {
    written_world w(10, 10);
    std::mutex mutex;
    std::vector<text> told;
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    const auto tell = [&](text what, const restore_progress& now) {
        const std::lock_guard lock(mutex);
        if (now.changelog.partition == 0)
            told.push_back(what + ' ' + text(now.store) + ' ' + std::to_string(now.begin) + ' ' +
                           std::to_string(now.next) + ' ' + std::to_string(now.end) + ' ' + std::to_string(now.rows));
    };
    app.set_restore_listener(
        {.on_restore_start = [&](const auto& now) { tell("start", now); },
         .on_batch_restored = [&](const auto& now,
                                  std::int64_t rows) { tell("batch of " + std::to_string(rows), now); },
         .on_restore_end = [&](const auto& now) { tell("end", now); }});
    app.start();
    CHECK(app.wait_for(application_state::running, patience));
    const std::lock_guard lock(mutex);
    CHECK(told == std::vector<text>{"start counts 0 0 10 0", "batch of 10 counts 0 10 10 10", "end counts 0 10 10 10"});
}

TEST_CASE(
    "a rebalance in the middle of a restore takes back what goes elsewhere, and what stays goes on where it was") {
    written_world w(10, 10);
    auto restoring = std::make_shared<testing_support::fault_plan>();
    std::mutex mutex;
    std::map<text, int> told;
    std::atomic<std::int64_t> rows{0};
    kafka_streams app = w.held_up(restoring);
    const auto count = [&](const char* what) {
        const std::lock_guard lock(mutex);
        ++told[what];
    };
    const auto counted = [&](const char* what) {
        const std::lock_guard lock(mutex);
        return told[what];
    };
    app.set_restore_listener({.on_restore_start = [&](const auto&) { count("start"); },
                              .on_restore_end =
                                  [&](const auto& now) {
                                      rows = now.rows;
                                      count("end");
                                  },
                              .on_restore_suspended = [&](const auto&) { count("suspended"); }});
    app.start();
    REQUIRE(eventually([&] { return counted("start") == partitions; }));
    auto other = w.run(count_topology(true), w.named("third"));
    REQUIRE(other.wait_for(application_state::running, patience));
    REQUIRE(eventually([&] { return counted("suspended") == 1; }));
    restoring->forget(testing_support::call::poll);
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(counted("start") == partitions);
    CHECK(counted("end") == 1);
    CHECK(counted("suspended") == 1);
    CHECK(rows == 10);
}

TEST_CASE("a close in the middle of a restore comes at once, and keeps what is restored on the disk") {
    written_world w(10, 10);
    {
        kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
        std::atomic<int> batches{0};
        app.set_restore_listener({.on_batch_restored = [&](const restore_progress&, std::int64_t) { ++batches; }});
        app.start();
        REQUIRE(eventually([&] { return batches > 0; }));
        CHECK(app.close(patience));
    }
    kafka_streams app(count_topology(true), w.config("second"), w.cluster.clients());
    std::mutex mutex;
    std::vector<std::int64_t> begins;
    app.set_restore_listener({.on_restore_start = [&](const restore_progress& now) {
        const std::lock_guard lock(mutex);
        begins.push_back(now.begin);
    }});
    app.start();
    CHECK(app.wait_for(application_state::running, patience));
    const std::lock_guard lock(mutex);
    CHECK(std::ranges::count(begins, 10) > 0);
}

TEST_CASE("what fails of a task that goes elsewhere in that moment holds up nobody who stays") {
    written_world w(10, 10);
    auto restoring = std::make_shared<testing_support::fault_plan>();
    std::atomic<int> started{0};
    std::atomic<bool> held{false};
    std::atomic<int> goes{-1};
    std::atomic<bool> threw{false};
    kafka_streams app = w.held_up(restoring);
    app.set_restore_listener({.on_restore_start = [&](const restore_progress&) { ++started; },
                              .on_batch_restored =
                                  [&](const restore_progress& now, std::int64_t) {
                                      held = true;
                                      while (goes < 0) std::this_thread::sleep_for(1ms);
                                      if (now.changelog.partition != goes || threw) return;
                                      // The thread that loses the task waits for this to end.
                                      std::this_thread::sleep_for(500ms);
                                      threw = true;
                                      throw streams_error("a batch that is refused");
                                  }});
    app.start();
    REQUIRE(eventually([&] { return started == partitions; }));
    restoring->forget(testing_support::call::poll);
    REQUIRE(eventually([&] { return held.load(); }));
    kafka_streams other(count_topology(true), w.named("third"), w.cluster.clients());
    other.set_restore_listener(
        {.on_restore_start = [&](const restore_progress& now) { goes = now.changelog.partition; }});
    other.start();
    CHECK(other.wait_for(application_state::running, patience));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(threw);
    CHECK(app.error().empty());
}

TEST_CASE("a listener that throws when it is told of the end of a restore holds up neither a rebalance nor a close") {
    written_world w(10, 10);
    auto restoring = std::make_shared<testing_support::fault_plan>();
    std::atomic<int> started{0};
    std::atomic<int> suspended{0};
    kafka_streams app = w.held_up(restoring);
    app.set_restore_listener({.on_restore_start = [&](const restore_progress&) { ++started; },
                              .on_restore_suspended =
                                  [&](const restore_progress&) {
                                      ++suspended;
                                      throw std::runtime_error("a fault of the user's");
                                  }});
    app.start();
    REQUIRE(eventually([&] { return started == partitions; }));
    auto other = w.run(count_topology(true), w.named("third"));
    CHECK(other.wait_for(application_state::running, patience));
    CHECK(eventually([&] { return suspended == 1; }));
    CHECK(app.close(patience));
    CHECK(suspended == 2);
}
