// What a task does from when a commit is due until its nodes have nothing pending any more.

#include "catch.hpp"
#include "runtime/input_records.hpp"
#include "topology/fake_task.hpp"

#include "src/runtime/tasks/task.hpp"
#include "state/test_memory.hpp"

#include <streams/core/manual_clock.hpp>
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::batch_of;

namespace {

using answers = std::vector<completion<std::string>>;

/// Records wait for answers of the test.
auto answers_of(streams_builder& builder, answers& given) {
    return builder.stream<std::string, std::string>("in").map_values_async(
        [&](const std::string&, completion<std::string> answer) { given.push_back(std::move(answer)); },
        {.ordering = ordering::unordered});
}

topology waiting_for(answers& given) {
    streams_builder builder;
    answers_of(builder, given).to("out");
    return builder.build();
}

/// A task 0_0 over `in`.
struct waiting_task {
    explicit waiting_task(topology of) : what(std::move(of)) {
        config.application_id = "app";
        opened = std::make_unique<task_stores>(
            task_id{0, 0}, what, what.sub_topologies(), "app",
            store_opening{.time = time, .memory = memory.stores, .directory = {}, .in_memory = true});
        task = std::make_unique<stream_task>(
            *opened, what, what.sub_topologies(), std::vector<topic_partition>{{"in", 0}},
            task_environment{.config = config, .time = time, .collector = collector, .drops = drops});
        task->initialize({});
    }
    ~waiting_task() { task->close(); }
    waiting_task(const waiting_task&) = delete;
    waiting_task& operator=(const waiting_task&) = delete;

    topology what;
    streams_config config;
    state_test::test_memory memory;
    manual_clock time{5000};
    testing_support::fake_collector collector;
    drop_counters drops;
    std::unique_ptr<task_stores> opened;
    std::unique_ptr<stream_task> task;
};

} // namespace

TEST_CASE("a query is not told that stores cover a record that is pending") {
    answers given;
    streams_builder builder;
    answers_of(builder, given).to_table(materialized{.name = "table"});
    waiting_task t(builder.build());
    t.task->add(0, batch_of({"in", 0}, {{0, 10, "a", "x"}}));
    REQUIRE(t.task->process());
    CHECK(t.task->covered("table", isolation_level::read_uncommitted).all().empty());
    given.at(0).set_value("x!");
    t.task->work_on_pending();
    CHECK(t.task->covered("table", isolation_level::read_uncommitted).all().at({"in", 0}) == 0);
}

TEST_CASE("a task that settles takes no record until it is committed, and is settled once all are answered") {
    answers given;
    waiting_task t(waiting_for(given));
    t.task->add(0, batch_of({"in", 0}, {{0, 10, "a", "x"}, {1, 20, "b", "y"}}));
    CHECK(t.task->process());
    CHECK(t.task->pending());
    CHECK_FALSE(t.task->settle());
    CHECK_FALSE(t.task->process());
    CHECK(t.task->next_pending() == 10'000); // the timeout
    given.at(0).set_value("x!");
    CHECK(t.task->next_pending() <= 5000);
    CHECK(t.task->settle());
    CHECK(t.collector.sent.size() == 1);
    CHECK_FALSE(t.task->process());
    const auto offsets = t.task->committable();
    REQUIRE(offsets.size() == 1);
    CHECK(offsets[0].offset == 1);
    t.task->committed([](const task_store&) { return std::nullopt; });
    CHECK(t.task->process());
}

TEST_CASE("a task whose commit is not made goes on") {
    answers given;
    waiting_task t(waiting_for(given));
    t.task->add(0, batch_of({"in", 0}, {{0, 10, "a", "x"}}));
    CHECK(t.task->settle());
    CHECK_FALSE(t.task->process());
    t.task->unsettle();
    CHECK(t.task->process());
}

TEST_CASE("a call that fails at once is made once in a turn, however often it is to be tried again") {
    int calls = 0;
    streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .map_values_async([&](const std::string&, const completion<std::string>&) { ++calls; },
                          {.retry = {.times = 1'000'000, .backoff = 0ms}})
        .to("out");
    waiting_task t(builder.build());
    t.task->add(0, batch_of({"in", 0}, {{0, 10, "a", "x"}}));
    CHECK(t.task->process());
    CHECK(calls == 1);
    CHECK(t.task->work_on_pending());
    CHECK(calls == 2);
}
