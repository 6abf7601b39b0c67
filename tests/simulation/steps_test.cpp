// What waits for the cluster is gone on with in steps: how long a thread does not poll, and who goes on meanwhile, in virtual
// time.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "runtime/unlogged_counts.hpp"
#include "simulation/simulated_world.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using simulation::for_ever;
using simulation::no_answer;
using simulation::simulate;
using simulation::simulated_world;
using simulation::text_key;
using testing_support::call;
using testing_support::says;
using testing_support::unlogged_counts;

namespace {

using text = std::string;

const kafka::result in_transaction{error_class::retriable, "an offset is in a transaction that is open"};

/// In the first task, forwards a record when it is closed, where it is told to.
class parting final : public processor<text, text, text, text> {
public:
    explicit parting(const bool& forwards) : forwards_(forwards) {}
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type&) override {}
    void close() override {
        if (forwards_ && context_->task().partition == 0) context_->forward(text_key, "late", 1);
    }

private:
    const bool& forwards_;
    context_type* context_ = nullptr;
};

} // namespace

TEST_CASE("no call that fails for minutes keeps a thread from polling for a third of max.poll.interval.ms") {
    const call failing = GENERATE(call::subscribe, call::group_members, call::committed, call::bounds,
                                  call::acknowledge, call::resume, call::commit, call::seek, call::partitions);
    CAPTURE(static_cast<int>(failing));
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail_late(failing, 1s, no_answer, for_ever);
        if (failing == call::seek) w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
        const auto app = w.planned(w.config("one"));
        w.scheduler.sleep(120s);
        CHECK(w.plan->longest_pause(call::poll) < 10'000);
        CHECK(app->error().empty());
        CHECK(app->close(1min));
    });
}

TEST_CASE("records that are not taken or not acknowledged for minutes keep no thread from polling either") {
    const call failing = GENERATE(call::append, call::flush);
    CAPTURE(static_cast<int>(failing));
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail_late(failing, 50ms, no_answer, for_ever);
        const auto app = w.planned(w.config("one"));
        REQUIRE(w.eventually([&] { return w.plan->failed(failing) > 0; }));
        w.scheduler.sleep(120s);
        CHECK(w.plan->longest_pause(call::poll) < 10'000);
        CHECK(app->error().empty());
        CHECK(app->close(1min));
    });
}

TEST_CASE("a changelog that does not say for minutes where it ends keeps no thread from polling") {
    simulate([&](simulated_world& w) {
        w.produce(0);
        w.restoring->fail_late(call::bounds, 1s, no_answer, for_ever);
        const auto app = w.planned(w.config("one"));
        w.scheduler.sleep(120s);
        CHECK(w.restoring->failed(call::bounds) > 25);
        CHECK(w.plan->longest_pause(call::poll) < 10'000);
        CHECK(app->close(1min));
    });
}

TEST_CASE("a member that cannot learn its assignment for a while is given its tasks then") {
    const call failing = GENERATE(call::group_members, call::committed, call::bounds);
    CAPTURE(static_cast<int>(failing));
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail_late(failing, 1s, no_answer, 60);
        const auto app = w.planned(w.config("one"));
        CHECK(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
        CHECK(w.plan->failed(failing) == 60);
        CHECK(app->close(1min));
    });
}

TEST_CASE("a task of which it is not known where it begins holds up no other") {
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail(call::committed, in_transaction, 2); // of both tasks, then of the first
        w.plan->pass(call::committed);
        w.plan->fail(call::committed, in_transaction, 20);
        const auto app = w.planned(w.config("one"));
        REQUIRE(w.eventually([&] { return w.committed(1) == 1; }));
        CHECK(w.plan->failed(call::committed) < 22);
        CHECK(w.committed(0) == 0);
        CHECK(app->state() == application_state::rebalancing);
        CHECK(w.eventually([&] { return w.committed(0) == 1; }));
        CHECK(w.eventually([&] { return app->state() == application_state::running; }));
        CHECK(w.written() == 2);
        CHECK(app->close(1min));
    });
}

TEST_CASE("a log that does not say where it begins holds up the task of it alone") {
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail_late(call::bounds, 1s, no_answer);
        w.plan->pass(call::bounds);
        w.plan->fail_late(call::bounds, 1s, no_answer, 5);
        const auto app = w.planned(w.config("one"));
        REQUIRE(w.eventually([&] { return w.committed(1) == 1; }));
        CHECK(w.plan->failed(call::bounds) < 6);
        CHECK(w.committed(0) == 0);
        CHECK(w.eventually([&] { return w.committed(0) == 1; }));
        CHECK(w.written() == 2);
        CHECK(app->close(1min));
    });
}

TEST_CASE("tasks that stay go on beside a new one of which it is not known where it begins") {
    simulate([&](simulated_world& w) {
        const auto one = w.planned(w.config("one"));
        const auto two = w.healthy(w.config("two"));
        REQUIRE(two->wait_for(application_state::running, 10min));
        REQUIRE(one->wait_for(application_state::running, 10min));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
        w.plan->fail(call::committed, in_transaction); // of both tasks
        w.plan->pass(call::committed);
        w.plan->fail(call::committed, in_transaction, 20); // of the second, which is new
        CHECK(two->close(1min));
        REQUIRE(w.eventually([&] { return w.plan->failed(call::committed) > 2; }));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(0) == 2; }));
        CHECK(w.plan->failed(call::committed) < 21);
        CHECK(w.committed(1) == 1);
        CHECK(w.eventually([&] { return w.committed(1) == 2; }));
        CHECK(w.written() == 4);
        CHECK(one->close(1min));
    });
}

TEST_CASE("a task that stays, and of which it is not known what is committed, holds up no new one") {
    simulate([&](simulated_world& w) {
        int restorations = 0;
        kafka_streams one(testing_support::count_topology(false), w.config("one"),
                          std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan), &w.scheduler);
        one.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
        one.start();
        const auto two = w.healthy(w.config("two"));
        REQUIRE(two->wait_for(application_state::running, 10min));
        REQUIRE(one.wait_for(application_state::running, 10min));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
        restorations = 0;
        w.plan->fail(call::committed, in_transaction, 2); // of both tasks, then of the first, which stays
        w.plan->pass(call::committed);
        w.plan->fail(call::committed, in_transaction, 20);
        CHECK(two->close(1min));
        REQUIRE(w.eventually([&] { return w.plan->failed(call::committed) > 2; }));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(1) == 2; }));
        CHECK(w.plan->failed(call::committed) < 22);
        CHECK(w.committed(0) == 1);
        CHECK(w.eventually([&] { return w.committed(0) == 2; }));
        CHECK(w.eventually([&] { return one.state() == application_state::running; }));
        CHECK(restorations == 1); // the one that stays is open all the time
        CHECK(w.written() == 4);
        CHECK(one.close(1min));
    });
}

TEST_CASE("many tasks in trouble are each asked about, and a healthy one behind them goes on") {
    const call failing = GENERATE(call::committed, call::bounds);
    CAPTURE(static_cast<int>(failing));
    constexpr std::int32_t troubled = 6;
    simulate(
        [&](simulated_world& w) {
            w.produce(troubled);
            if (failing == call::committed) w.plan->fail_late(failing, 1s, no_answer); // of all of them
            w.plan->fail_late(failing, 1s, no_answer, troubled);
            w.plan->pass(failing);
            w.plan->fail_late(failing, 1s, no_answer, for_ever);
            const auto app = w.planned(w.config("one"));
            REQUIRE(w.eventually([&] { return w.committed(troubled) == 1 || !app->error().empty(); }));
            CHECK(app->error().empty());
            const int failed = w.plan->failed(failing);
            w.scheduler.sleep(100s);
            CHECK(w.plan->failed(failing) - failed <= 26);
            CHECK(w.plan->failed(failing) - failed >= 20);
            CHECK(app->close(1min));
        },
        troubled + 1);
}

TEST_CASE("many changelogs that do not say where they end hold up the tasks of them alone") {
    constexpr std::int32_t troubled = 6;
    simulate(
        [&](simulated_world& w) {
            w.produce(troubled);
            w.restoring->fail_late(call::bounds, 1s, no_answer, troubled);
            w.restoring->pass(call::bounds);
            w.restoring->fail_late(call::bounds, 1s, no_answer, for_ever);
            const auto app = w.planned(w.config("one"));
            CHECK(w.eventually([&] { return w.committed(troubled) == 1 || !app->error().empty(); }));
            CHECK(app->error().empty());
            CHECK(app->close(1min));
        },
        troubled + 1);
}

TEST_CASE("a task in trouble for longer than task.timeout.ms ends its thread, by its name and with a remedy") {
    const call failing = GENERATE(call::committed, call::bounds);
    CAPTURE(static_cast<int>(failing));
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        if (failing == call::committed) w.plan->fail(failing, in_transaction);
        w.plan->fail(failing, in_transaction);
        w.plan->pass(failing);
        w.plan->fail(failing, in_transaction, for_ever);
        auto config = w.config("one");
        config.task_timeout = 10s;
        const auto app = w.planned(config);
        CHECK(w.eventually([&] { return app->state() == application_state::error; }));
        CAPTURE(app->error());
        CHECK(w.committed(1) == 1);
        CHECK(says(app->error(), failing == call::bounds ? "could not find the bounds of in-0 for task 0_0 within"
                                                         : "could not read the committed offsets of task 0_0 within"));
        CHECK(says(app->error(), "10000 ms"));
        CHECK(says(app->error(), "see whether the brokers are reachable"));
    });
}

TEST_CASE("a changelog that does not say where it ends holds up the task of it alone, and ends its thread in the end") {
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.restoring->fail_late(call::bounds, 1s, no_answer);
        w.restoring->pass(call::bounds);
        w.restoring->fail_late(call::bounds, 1s, no_answer, for_ever);
        auto config = w.config("one");
        config.task_timeout = 60s;
        const auto app = w.planned(config);
        for (std::int64_t records = 1; records <= 5; ++records) {
            REQUIRE(w.eventually([&] { return w.committed(1) == records; }));
            const int failed = w.restoring->failed(call::bounds);
            REQUIRE(w.eventually([&] { return w.restoring->failed(call::bounds) > failed; }));
            w.produce(1);
        }
        CHECK(w.committed(0) == 0);
        CHECK(w.eventually([&] { return app->state() == application_state::error; }));
        CHECK(says(app->error(), "could not find the bounds of app-counts-changelog-0 for task 0_0 within 60000 ms"));
    });
}

TEST_CASE("a task that cannot seek holds up no other that has to") {
    simulate([&](simulated_world& w) {
        const auto app = w.planned(w.config("one"));
        REQUIRE(app->wait_for(application_state::running, 10min));
        w.plan->fail(call::seek, {error_class::retriable, "busy"});
        w.plan->pass(call::seek);
        w.plan->fail(call::seek, {error_class::retriable, "busy"}, 20);
        w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(1) == 1; }));
        CHECK(w.plan->failed(call::seek) < 21);
        CHECK(w.committed(0) == 0);
        CHECK(w.eventually([&] { return w.committed(0) == 1; }));
        CHECK(app->close(1min));
    });
}

TEST_CASE("a task that waits to go on keeps a store without a changelog while the disk refuses another") {
    simulate([](simulated_world& w) {
        bool full = false;
        kafka_streams app(unlogged_counts(false,
                                          [&](const auto& r, auto&) {
                                              if (r.value == "full" && std::exchange(full, false))
                                                  throw state_error("the disk is full");
                                          }),
                          w.config("one"),
                          std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan), &w.scheduler);
        app.start();
        REQUIRE(app.wait_for(application_state::running, 10min));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
        w.plan->fail(call::seek, {error_class::retriable, "busy"});
        w.plan->pass(call::seek);
        w.plan->fail(call::seek, {error_class::retriable, "busy"}, 20);
        w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
        w.produce(0);
        REQUIRE(w.eventually([&] { return w.plan->failed(call::seek) > 1; }));
        full = true;
        w.produce(1, "full");
        CHECK(w.eventually([&] { return !full; }));
        CHECK(w.plan->failed(call::seek) < 21);
        CHECK(w.eventually([&] { return w.committed(0) == 2 && w.committed(1) == 2; }));
        CHECK(app.error().empty());
        std::vector<text> counts;
        for (const auto& each : w.cluster.read<text, text>("out")) counts.push_back(each.value);
        std::ranges::sort(counts);
        CHECK(counts == std::vector<text>{"1", "1", "2", "2"});
        CHECK(app.close(1min));
    });
}

TEST_CASE("an assignment that is taken back before it was taken on is not taken on") {
    simulate([&](simulated_world& w) {
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        w.plan->fail_late(call::committed, 1s, no_answer, 20);
        const auto one = w.planned(w.config("one"));
        REQUIRE(w.eventually([&] { return w.plan->failed(call::committed) > 0; }));
        const auto two = w.healthy(w.config("two"));
        CHECK(two->wait_for(application_state::running, 10min));
        CHECK(w.plan->failed(call::committed) < 20); // the other one did not wait for the first
        CHECK(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
        CHECK(one->wait_for(application_state::running, 10min));
        CHECK(w.written() == 2);
        CHECK(one->close(1min));
        CHECK(two->close(1min));
    });
}

TEST_CASE("a close while the cluster does not answer in a rebalance is done in its time") {
    const call failing = GENERATE(call::group_members, call::committed, call::bounds, call::acknowledge);
    CAPTURE(static_cast<int>(failing));
    simulate([&](simulated_world& w) {
        w.plan->fail_late(failing, 5s, no_answer, for_ever);
        const auto app = w.planned(w.config("one"));
        REQUIRE(w.eventually([&] { return w.plan->failed(failing) > 2; }));
        const auto asked = w.scheduler.steady_ms();
        CHECK(app->close(1min));
        CHECK(w.scheduler.steady_ms() - asked < 30'000);
        CHECK(app->state() == application_state::not_running);
    });
}

TEST_CASE("tasks that another member had in a generation in between are made anew, whatever that one has committed") {
    simulate([](simulated_world& w) {
        int restorations = 0;
        kafka_streams one(testing_support::count_topology(false), w.config("one"),
                          std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan), &w.scheduler);
        one.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
        one.start();
        REQUIRE(one.wait_for(application_state::running, 10min));
        CHECK(restorations == 2);
        w.plan->delay_after_rebalance(call::poll, 10s); // the generation with two members comes and goes meanwhile
        const auto two = w.healthy(w.config("two"));
        REQUIRE(two->wait_for(application_state::running, 10min));
        CHECK(two->close(1min));
        CHECK(one.wait_for(application_state::rebalancing, 10min));
        CHECK(one.wait_for(application_state::running, 10min));
        CHECK(restorations == 4);
        CHECK(one.close(1min));
    });
}

TEST_CASE("tasks that others may have had are made anew, also where one of them fails while it is closed") {
    simulate([](simulated_world& w) {
        bool forwards = false;
        auto t = testing_support::count_topology(false);
        t.add_processor("part", [&] { return std::make_unique<parting>(forwards); }, {"tap"});
        t.add_sink<text, text>(
            "parted", [](const record<text, text>& r) { return r.value; }, {"part"},
            [](const auto&, std::string_view, std::int32_t) { return 0; });
        int restorations = 0;
        kafka_streams one(t, w.config("one"),
                          std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan), &w.scheduler);
        one.set_restore_listener({.on_restore_start = [&](auto&&...) { ++restorations; }});
        one.start();
        REQUIRE(one.wait_for(application_state::running, 10min));
        CHECK(restorations == 2);
        w.plan->delay_after_rebalance(call::poll, 10s); // the generation with two members comes and goes meanwhile
        forwards = true;
        const auto two = w.healthy(w.config("two"));
        REQUIRE(two->wait_for(application_state::running, 10min));
        CHECK(two->close(1min));
        CHECK(one.wait_for(application_state::rebalancing, 10min));
        CHECK(one.wait_for(application_state::running, 10min));
        forwards = false;
        CHECK(restorations == 4);
        CHECK(one.close(1min));
    });
}

TEST_CASE("partitions are handed over after a commit that was not answered for a while, and nothing is done twice") {
    simulate([&](simulated_world& w) {
        const auto one = w.planned(w.config("one"));
        REQUIRE(one->wait_for(application_state::running, 10min));
        w.plan->fail_late(call::commit, 1s, no_answer, 10);
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.plan->failed(call::commit) > 0; }));
        const auto two = w.healthy(w.config("two"));
        CHECK(two->wait_for(application_state::running, 10min));
        CHECK(one->wait_for(application_state::running, 10min));
        CHECK(w.plan->failed(call::commit) == 10);
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        CHECK(w.eventually([&] { return w.committed(0) == 2 && w.committed(1) == 2; }));
        CHECK(w.written() == 4);
        CHECK(one->close(1min));
        CHECK(two->close(1min));
    });
}

TEST_CASE("a record that the producer does not take does not hold up the group") {
    simulate([&](simulated_world& w) {
        const auto one = w.planned(w.config("one"));
        REQUIRE(one->wait_for(application_state::running, 10min));
        w.plan->fail(call::append, {error_class::retriable, "queue full"}, for_ever);
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.plan->failed(call::append) > 0; }));
        const auto asked = w.scheduler.steady_ms();
        const auto two = w.healthy(w.config("two"));
        CHECK(w.eventually([&] { return w.committed(1) == 1 || w.committed(0) == 1; }));
        CHECK(w.scheduler.steady_ms() - asked < 10'000);
        CHECK(one->error().empty());
        CHECK(two->close(1min));
        CHECK(one->close(1min));
    });
}

TEST_CASE("records that a producer still holds do not follow the writes of the next owner") {
    const bool queue_is_full = GENERATE(false, true);
    CAPTURE(queue_is_full);
    simulate([&](simulated_world& w) {
        const auto one = w.planned(w.config("one"));
        REQUIRE(one->wait_for(application_state::running, 10min));
        w.plan->hold_records(true);
        if (queue_is_full) {
            w.plan->pass(call::append, 2);
            w.plan->fail(call::append, {error_class::retriable, "queue full"}, for_ever);
        }
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        REQUIRE(w.eventually([&] { return w.plan->made(call::append) >= 2; }));
        const auto two = w.healthy(w.config("two"));
        w.scheduler.sleep(1s);
        if (!queue_is_full) w.plan->fail(call::take_failures, {error_class::retriable, "message timed out"});
        REQUIRE(two->wait_for(application_state::running, 10min));
        CHECK(w.eventually([&] { return w.committed(0) == 1 || w.committed(1) == 1; }));
        CHECK(one->error().empty());
        w.plan->hold_records(false);
        w.scheduler.sleep(10s);
        CHECK(w.plan->made(call::make_producer) == 2);
        CHECK(two->close(1min));
        CHECK(one->close(1min));
    });
}

TEST_CASE("what fails again and again ends the application after task.timeout.ms, whatever is committed in between") {
    simulate([&](simulated_world& w) {
        auto config = w.config("one");
        config.task_timeout = 5s;
        const auto app = w.planned(config);
        REQUIRE(app->wait_for(application_state::running, 10min));
        w.plan->fail(call::deliver, {error_class::retriable, "message timed out"}, for_ever);
        w.produce(0);
        CHECK(w.eventually([&] { return !app->error().empty(); }));
        CHECK(app->error().find("(task.timeout.ms)") != std::string::npos);
        CHECK(app->close(1min));
    });
}

TEST_CASE("a transaction that the cluster refuses again and again ends the application after task.timeout.ms, with the "
          "reason") {
    simulate([&](simulated_world& w) {
        auto config = w.config("one");
        config.guarantee = processing_guarantee::exactly_once_v2;
        config.task_timeout = 5s;
        const auto app = w.planned(config);
        REQUIRE(app->wait_for(application_state::running, 10min));
        w.plan->fail(call::commit_transaction, {error_class::abortable, "topic out: Topic authorization failed"},
                     for_ever);
        w.produce(0);
        CHECK(w.eventually([&] { return !app->error().empty(); }));
        CHECK(app->error().find("topic out: Topic authorization failed") != std::string::npos);
        CHECK(app->error().find("tried again for 5000 ms (task.timeout.ms)") != std::string::npos);
        CHECK(w.plan->failed(call::commit_transaction) > 1);
        CHECK(app->close(1min));
    });
}

TEST_CASE("a task whose store turns out to be of no use while an assignment is learnt is opened anew") {
    simulate([&](simulated_world& w) {
        const auto started = [&](const std::string& name, std::shared_ptr<kafka::client_supplier> clients) {
            auto app = std::make_unique<kafka_streams>(testing_support::count_topology(true), w.config(name),
                                                       std::move(clients), &w.scheduler);
            app->start();
            return app;
        };
        {
            const auto before = started("one", w.cluster.clients());
            for (const std::int32_t partition : {0, 1}) w.produce(partition);
            REQUIRE(w.eventually([&] { return w.committed(0) == 1 && w.committed(1) == 1; }));
            CHECK(before->close(1min));
        }
        for (const std::int32_t partition : {0, 1}) {
            const std::string changelog = "app-counts-changelog";
            w.cluster.produce(changelog, text_key, text_key, {.timestamp = 1, .partition = partition});
            w.cluster.delete_records({changelog, partition}, 2);
        }
        w.restoring->fail_late(call::bounds, 1s, no_answer, 8);
        w.plan->pass(call::committed);
        w.plan->fail_late(call::committed, 1s, no_answer, 20);
        const auto one =
            started("one", std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan, w.restoring));
        REQUIRE(w.eventually([&] { return w.restoring->failed(call::bounds) > 0; }));
        const auto two = w.healthy(w.config("two"));
        CHECK(one->wait_for(application_state::running, 10min));
        CHECK(two->wait_for(application_state::running, 10min));
        for (const std::int32_t partition : {0, 1}) w.produce(partition);
        CHECK(w.eventually([&] { return w.committed(0) == 2 && w.committed(1) == 2; }));
        CHECK(one->close(1min));
        CHECK(two->close(1min));
    });
}

TEST_CASE("what is read while a commit waits is bounded by its bytes") {
    simulate([&](simulated_world& w) {
        const auto app = w.planned(w.config("one"));
        REQUIRE(app->wait_for(application_state::running, 10min));
        w.plan->fail_late(call::commit, 100ms, no_answer, for_ever);
        w.produce(0);
        REQUIRE(w.eventually([&] { return w.plan->failed(call::commit) > 0; }));
        const std::string large(200'000, 'x');
        for (int record = 0; record < 200; ++record) w.produce(0, large);
        w.scheduler.sleep(20s);
        CHECK(w.plan->made(call::pause) > 0);
        CHECK(app->close(1min));
    });
}

TEST_CASE(
    "a failure that was recovered from is forgotten while another task restores for longer than task.timeout.ms") {
    simulate([&](simulated_world& w) {
        {
            const auto before = w.healthy(w.config("before"));
            w.produce(0);
            REQUIRE(w.eventually([&] { return w.committed(0) == 1; }));
            CHECK(before->close(1min));
        }
        auto config = w.config("one");
        config.task_timeout = 10s;
        w.restoring->fail_late(call::poll, 10ms, no_answer, for_ever);
        const auto app = w.planned(config);
        for (std::int64_t records = 1; records <= 4; ++records) {
            w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
            w.produce(1);
            CHECK(w.eventually([&] { return w.committed(1) == records || !app->error().empty(); }));
            w.scheduler.sleep(4s);
        }
        CHECK(app->error().empty());
        CHECK(w.plan->failed(call::deliver) == 4);
        CHECK(app->state() == application_state::rebalancing);
        CHECK(app->close(1min));
    });
}

TEST_CASE("the time for which failures are recovered from begins anew once all is committed") {
    simulate([&](simulated_world& w) {
        auto config = w.config("one");
        config.task_timeout = 3s;
        const auto app = w.planned(config);
        REQUIRE(app->wait_for(application_state::running, 10min));
        for (std::int64_t records = 1; records <= 3; ++records) {
            w.plan->fail(call::deliver, {error_class::retriable, "message timed out"});
            w.produce(0);
            CHECK(w.eventually([&] { return w.committed(0) == records || !app->error().empty(); }));
            CHECK(w.plan->failed(call::deliver) == records);
            w.scheduler.sleep(2500ms);
        }
        CHECK(app->error().empty());
        CHECK(app->close(1min));
    });
}
