// What an application logs of its life: a line for each event, nothing twice.

#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>
#include <mutex>
#include <regex>
#include <set>
#include <string>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::copy_topology;
using testing_support::count_topology;
using testing_support::eventually;
using testing_support::patience;
using testing_support::says;
using testing_support::world;
using tests::captured_log;
using text = std::string;

namespace {

std::size_t lines_like(const captured_log& log, const std::string& pattern) {
    const std::regex wanted(pattern);
    const auto lines = log.lines();
    return static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return std::regex_match(line, wanted); }));
}

} // namespace

TEST_CASE("every change of state is a line") {
    const captured_log log;
    world w;
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    app.close();
    CHECK(lines_like(log, "application app is REBALANCING, it was CREATED") == 1);
    CHECK(lines_like(log, "application app is RUNNING, it was REBALANCING") == 1);
    CHECK(lines_like(log, "application app is PENDING_SHUTDOWN, it was RUNNING") == 1);
    CHECK(lines_like(log, "application app is NOT_RUNNING, it was PENDING_SHUTDOWN") == 1);
}

TEST_CASE("an assignment is a line with its tasks, a rebalance one with its duration") {
    const captured_log log;
    world w(2);
    kafka_streams app = w.run(copy_topology(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(lines_like(log, "app-StreamThread-1 was assigned tasks 0_0 0_1") == 1);
    CHECK(lines_like(log, "app-StreamThread-1 runs its tasks; the rebalance took [0-9]+ ms") == 1);
    {
        auto config = w.config("two");
        config.client_id = "second";
        kafka_streams two = w.run(copy_topology(), config);
        CHECK(two.wait_for(application_state::running, patience));
        CHECK(eventually([&] { return lines_like(log, "app-StreamThread-1 was assigned task 0_[01]") == 1; }));
        CHECK(lines_like(log, "second-StreamThread-1 was assigned task 0_[01]") == 1);
    }
    CHECK(eventually([&] { return lines_like(log, "app-StreamThread-1 runs its tasks; .*") == 3; }));
}

TEST_CASE("a restore is a line when it begins and one when it is done, and none where there is nothing to restore") {
    world w;
    const captured_log log;
    {
        kafka_streams app = w.run(count_topology(true), w.config("first"));
        w.produce("a", "x");
        w.produce("b", "x");
        CHECK(eventually([&] { return w.committed() == 2; }));
    }
    CHECK(lines_like(log, "task 0_0 restore.*") == 0);
    kafka_streams app = w.run(count_topology(true), w.config("second"));
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(lines_like(log, "task 0_0 restores store counts from app-counts-changelog-0, offsets 0 to 1") == 1);
    CHECK(lines_like(log, "task 0_0 restored store counts: 2 rows in [0-9]+ ms") == 1);
}

TEST_CASE("the global stores are filled in a line") {
    const captured_log log;
    world w;
    w.cluster.create_topic("rows", 2);
    w.cluster.produce("rows", text("a"), text("1"));
    w.cluster.produce("rows", text("b"), text("2"));
    streams_builder builder;
    auto rows = builder.global_table<text, text>("rows");
    builder.stream<text, text>("in")
        .join(
            rows, [](const text& value) { return value; }, [](const text&, const text& row) { return row; })
        .to("out");
    kafka_streams app = w.run(builder.build(), w.config());
    CHECK(app.wait_for(application_state::running, patience));
    CHECK(lines_like(log, "app-GlobalStreamThread filled the global stores: 2 rows in [0-9]+ ms") == 1);
}

TEST_CASE("an error of the global task names it so") {
    world w;
    w.cluster.create_topic("rows", 1);
    w.cluster.produce("rows", text("a"), std::int64_t{1});
    streams_builder builder;
    auto rows = builder.global_table<text, text>("rows");
    builder.stream<text, text>("in")
        .join(
            rows, [](const text& value) { return value; }, [](const text&, const text& row) { return row; })
        .to("out");
    kafka_streams app = w.run(builder.build(), w.config());
    static_cast<void>(app.wait_for(application_state::running, patience));
    CHECK_FALSE(says(app.error(), "-1_-1"));
}

TEST_CASE("lines name in fields the application, the thread and the task that they come from") {
    std::mutex mutex;
    std::set<text> origins;
    set_log_handler([&](const log_entry& entry) {
        const std::lock_guard lock(mutex);
        origins.insert(text(entry.application) + '/' + text(entry.thread) + '/' +
                       (entry.task ? to_string(*entry.task) : ""));
    });
    world w;
    streams_builder builder;
    builder.stream<text, text>("in")
        .peek([](const text&, const text&) { log(log_level::info, "a processor's own line"); })
        .to("out");
    {
        kafka_streams app = w.run(builder.build(), w.config());
        w.produce("k", "v");
        CHECK(eventually([&] { return w.out().size() == 1; }));
        app.close();
    }
    set_log_handler({});
    CHECK(origins.contains("app//")); // state changes that start() and close() make
    CHECK(origins.contains("app/app-StreamThread-1/"));
    CHECK(origins.contains("app/app-StreamThread-1/0_0"));
    CHECK(std::ranges::all_of(origins, [](const text& each) { return each.starts_with("app/"); }));
}
