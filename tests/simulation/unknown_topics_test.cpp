// Tasks that write to topics which the cluster does not know, in virtual time.

#include "catch.hpp"
#include "runtime/messages.hpp"
#include "simulation/simulated_world.hpp"

#include <memory>

using namespace streams;
using namespace std::chrono_literals;
using simulation::simulate;
using simulation::simulated_world;
using testing_support::call;
using testing_support::says;

namespace {

/// Counts, and writes each count to the topic that the record's value names, to a partition of its own choice.
topology routing_topology() {
    auto t = testing_support::count_topology(false);
    t.add_processor("route", [] { return std::make_unique<testing_support::tapping>(nullptr); }, {"tap"});
    t.add_sink<std::string, std::string>(
        "routed", [](const record<std::string, std::string>& r) { return r.value; }, {"route"},
        [](const auto&, std::string_view, std::int32_t partitions) { return partitions - 1; });
    return t;
}

std::unique_ptr<kafka_streams> started(simulated_world& w, const streams_config& config) {
    auto app = std::make_unique<kafka_streams>(routing_topology(), config, w.cluster.clients(), &w.scheduler);
    app->start();
    return app;
}

std::size_t written_to(const simulated_world& w, const std::string& topic) {
    return w.cluster.read<std::string, std::string>(topic, isolation_level::read_committed).size();
}

} // namespace

TEST_CASE("a task that writes to a topic which the cluster does not know waits for it alone") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    CAPTURE(static_cast<int>(guarantee));
    simulate([&](simulated_world& w) {
        w.cluster.create_topic("known", 2);
        auto config = w.config("one");
        config.guarantee = guarantee;
        const auto app = started(w, config);
        w.produce(0, "late");
        for (std::int64_t records = 1; records <= 20; ++records) {
            w.produce(1, "known");
            REQUIRE(w.eventually([&] { return w.committed(1) == records; }));
            w.scheduler.sleep(1s);
        }
        CHECK(w.committed(0) == 0);
        CHECK(app->error().empty());
        CHECK((guarantee == processing_guarantee::at_least_once || written_to(w, "known") == 20));
        w.cluster.create_topic("late", 3);
        CHECK(w.eventually([&] { return w.committed(0) == 1; }));
        CHECK(w.eventually([&] { return app->state() == application_state::running; }));
        CHECK(written_to(w, "late") == 1);
        CHECK(app->close(1min));
    });
}

TEST_CASE("many tasks that write to the same missing topic hold up the others for a second, once") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    CAPTURE(static_cast<int>(guarantee));
    constexpr std::int32_t waiting = 6;
    simulate(
        [&](simulated_world& w) {
            w.cluster.create_topic("known", 2);
            auto config = w.config("one");
            config.guarantee = guarantee;
            const auto app = started(w, config);
            REQUIRE(app->wait_for(application_state::running, 10min));
            for (std::int32_t partition = 0; partition < waiting; ++partition) w.produce(partition, "late");
            w.produce(waiting, "known");
            const auto begun = w.scheduler.steady_ms();
            REQUIRE(w.eventually([&] { return w.committed(waiting) == 1; }));
            CHECK(w.scheduler.steady_ms() - begun < 3'000);
            w.cluster.create_topic("late", 3);
            for (std::int32_t partition = 0; partition < waiting; ++partition)
                CHECK(w.eventually([&] { return w.committed(partition) == 1; }));
            CHECK(w.eventually([&] { return app->state() == application_state::running; }));
            CHECK(app->close(1min));
        },
        waiting + 1);
}

TEST_CASE("a task that waits for a topic longer than task.timeout.ms ends its thread, by its name and with a remedy") {
    simulate([&](simulated_world& w) {
        auto config = w.config("one");
        config.task_timeout = 10s;
        const auto app = started(w, config);
        w.produce(0, "late");
        CHECK(w.eventually([&] { return app->state() == application_state::error; }));
        CHECK(says(app->error(), "could not learn how many partitions topic late has for task 0_0 within 10000 ms"));
        CHECK(says(app->error(), "create the topic, or see whether the brokers are reachable"));
    });
}

TEST_CASE("an application that is asked to end does not wait for a topic which the cluster does not know") {
    simulate([&](simulated_world& w) {
        const auto app = started(w, w.config("one"));
        w.produce(0, "late");
        w.scheduler.sleep(10s);
        const auto asked = w.scheduler.steady_ms();
        CHECK(app->close(1min));
        CHECK(w.scheduler.steady_ms() - asked < 5'000);
        CHECK(app->state() == application_state::not_running);
    });
}

TEST_CASE("nothing is asked for a task that waits for a topic while the group takes its partitions back") {
    simulate([](simulated_world& w) {
        kafka_streams one(routing_topology(), w.config("one"),
                          std::make_shared<testing_support::faulty_clients>(w.cluster.clients(), w.plan), &w.scheduler);
        one.start();
        w.produce(0, "late");
        w.produce(1, "out");
        REQUIRE(w.eventually([&] { return w.committed(1) == 1; }));
        w.plan->fail(call::acknowledge, simulation::no_answer, simulation::for_ever);
        const auto two = started(w, w.config("two"));
        REQUIRE(w.eventually([&] { return w.plan->failed(call::acknowledge) > 0; }));
        const int asked = w.plan->made(call::partitions);
        const int polled = w.plan->made(call::poll);
        CHECK(asked > 0);
        w.scheduler.sleep(10s);
        CHECK(w.plan->made(call::partitions) == asked);
        CHECK(w.plan->made(call::poll) - polled < 300);
        CHECK(two->close(1min));
        CHECK(one.close(1min));
    });
}

TEST_CASE("a task that waits for a topic is handed over, and its next owner waits for it") {
    simulate([&](simulated_world& w) {
        const auto one = started(w, w.config("one"));
        w.produce(0, "late");
        w.produce(1, "out");
        REQUIRE(w.eventually([&] { return w.committed(1) == 1; }));
        const auto two = started(w, w.config("two"));
        REQUIRE(w.eventually(
            [&] { return one->state() == application_state::running || two->state() == application_state::running; }));
        w.cluster.create_topic("late", 1);
        CHECK(w.eventually([&] { return w.committed(0) == 1; }));
        CHECK(w.eventually([&] { return written_to(w, "late") >= 1; }));
        CHECK(one->close(1min));
        CHECK(two->close(1min));
    });
}
