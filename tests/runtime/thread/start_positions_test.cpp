#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/messages.hpp"
#include "runtime/topologies.hpp"
#include "runtime/world.hpp"

#include "src/runtime/thread/start_positions.hpp"

#include <streams/core/manual_clock.hpp>

using namespace streams;
using namespace std::chrono_literals;
using testing_support::call;
using testing_support::copy_topology;
using testing_support::eventually;
using testing_support::message_of;
using testing_support::says;
using testing_support::world;

namespace {

start_search search(const streams_config& config, const topology& what, const stop_source& stop,
                    execution& time = machine()) {
    start_search made(what, config, 5s);
    made.add({0, 0}, {{"in", 0}}, {time, stop, config.task_timeout});
    return made;
}

/// Where a search in the world's cluster ends, which answers at once.
start_search found_in(const world& w, const streams_config& config, const topology& what) {
    const auto consumer = w.cluster.clients()->make_consumer({.client_id = "c", .group_id = "app"});
    const stop_source stop(machine(), "a test");
    auto starts = search(config, what, stop);
    static_cast<void>(starts.step(*consumer, machine(), never)); // what is committed
    const bool found = starts.step(*consumer, machine(), never);
    REQUIRE(found);
    REQUIRE(starts.knows(std::vector<topic_partition>{{"in", 0}}));
    return starts;
}

std::int64_t position_of(const world& w, const streams_config& config, const topology& what) {
    return found_in(w, config, what).positions().at(0).second;
}

} // namespace

TEST_CASE("without a committed offset a source begins where auto.offset.reset says") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("k", "x");
    w.cluster.delete_records({"in", 0}, 1);
    auto config = w.config();
    CHECK(position_of(w, config, copy_topology()) == 1);
    config.auto_offset_reset = offset_reset::latest;
    CHECK(position_of(w, config, copy_topology()) == 3);
    config.auto_offset_reset = offset_reset::none;
    CHECK(says(message_of([&] { static_cast<void>(position_of(w, config, copy_topology())); }),
               "no committed offset for in-0"));
}

TEST_CASE("a source's own reset wins over the configured one, and repartition topics begin at their start") {
    topology what;
    what.add_source<std::string, std::string>(offset_reset::latest, "source", "in");
    what.add_repartition_topic({.name = "x-repartition"});
    what.add_sink<std::string, std::string>("to", "x-repartition", {"source"});
    what.add_source<std::string, std::string>("internal", "x-repartition");
    streams_config config;
    config.application_id = "app";
    CHECK(reset_of(what, config, "in") == offset_reset::latest);
    config.auto_offset_reset = offset_reset::latest;
    CHECK(reset_of(what, config, "app-x-repartition") == offset_reset::earliest);
}

TEST_CASE("a search makes the attempts that are due in a step, and no others") {
    world w;
    auto plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_consumer consumer(w.cluster.clients()->make_consumer({.client_id = "c", .group_id = "app"}),
                                              plan);
    manual_clock time;
    const stop_source stop(time, "a test");
    const auto config = w.config();
    const auto what = copy_topology();
    auto starts = search(config, what, stop, time);
    plan->fail(call::committed, {kafka::error_class::retriable, "no coordinator"}, 2);
    plan->fail(call::bounds, {kafka::error_class::retriable, "no leader"});
    CHECK_FALSE(starts.step(consumer, time, never));
    CHECK_FALSE(starts.step(consumer, time, never)); // by itself
    CHECK_FALSE(starts.step(consumer, time, never)); // the next attempt is not due
    CHECK(plan->made(call::committed) == 2);
    time.advance(std::chrono::milliseconds(starts.next() - time.steady_ms()));
    CHECK_FALSE(starts.step(consumer, time, never)); // the offsets are known
    CHECK_FALSE(starts.step(consumer, time, never)); // the log does not answer
    CHECK(plan->made(call::committed) == 3);
    CHECK(plan->made(call::bounds) == 1);
    time.advance(std::chrono::milliseconds(starts.next() - time.steady_ms()));
    CHECK(starts.step(consumer, time, never));
    CHECK(starts.positions().at(0).second == 0);
}

TEST_CASE("what is left out of a search is not asked about") {
    world w;
    auto plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_consumer consumer(w.cluster.clients()->make_consumer({.client_id = "c", .group_id = "app"}),
                                              plan);
    const stop_source stop(machine(), "a test");
    const auto config = w.config();
    const auto what = copy_topology();
    auto starts = search(config, what, stop);
    CHECK_FALSE(starts.step(consumer, machine(), never));
    REQUIRE(starts.knows_committed(std::vector<topic_partition>{{"in", 0}}));
    starts.leave_out(std::vector<topic_partition>{{"in", 0}});
    CHECK(starts.step(consumer, machine(), never));
    CHECK(starts.positions().empty());
    CHECK(plan->made(call::bounds) == 0);
}

TEST_CASE("tasks are asked about together, and each by itself where that was in vain") {
    world w(2);
    auto plan = std::make_shared<testing_support::fault_plan>();
    testing_support::faulty_consumer consumer(w.cluster.clients()->make_consumer({.client_id = "c", .group_id = "app"}),
                                              plan);
    manual_clock time;
    const stop_source stop(time, "a test");
    const auto config = w.config();
    const auto what = copy_topology();
    const std::vector<topic_partition> first{{"in", 0}};
    const std::vector<topic_partition> second{{"in", 1}};
    start_search starts(what, config, 5s);
    starts.add({0, 0}, first, {time, stop, 10s});
    starts.add({0, 1}, second, {time, stop, 10s});
    plan->fail(call::committed, {kafka::error_class::retriable, "an offset is in a transaction"}, 2);
    CHECK_FALSE(starts.step(consumer, time, never));
    CHECK(plan->made(call::committed) == 1);
    CHECK_FALSE(starts.tried());
    CHECK_FALSE(starts.step(consumer, time, never)); // the first fails again, the second does not
    CHECK(plan->made(call::committed) == 3);
    CHECK_FALSE(starts.step(consumer, time, never));
    CHECK(starts.tried());
    CHECK_FALSE(starts.knows(first));
    CHECK(starts.knows(second));
    starts.forget(second);
    CHECK_FALSE(starts.covers(second));
    CHECK(starts.covers(first));

    plan->fail(call::committed, {kafka::error_class::retriable, "an offset is in a transaction"}, 1000);
    const auto message = message_of([&] {
        for (;;) {
            static_cast<void>(starts.step(consumer, time, never));
            time.advance(std::chrono::milliseconds(starts.next() - time.steady_ms()));
        }
    });
    CHECK(says(message, "could not read the committed offsets of task 0_0 within 10000 ms: an offset is in a "
                        "transaction; see whether the brokers are reachable, and whether a transaction"));
}

TEST_CASE("a committed offset is where a source goes on") {
    world w;
    for (int i = 0; i < 3; ++i) w.produce("k", "x");
    {
        kafka_streams app = w.run(copy_topology(), w.config());
        CHECK(eventually([&] { return w.committed() == 3; }));
    }
    const auto what = copy_topology();
    const auto config = w.config();
    const auto found = found_in(w, config, what);
    CHECK(found.positions().at(0).second == 3);
    CHECK(found.committed().at(0).offset == 3);
}

TEST_CASE(
    "where the committed offset was deleted, auto.offset.reset says where to go on, and none ends the application") {
    for (const auto reset : {offset_reset::earliest, offset_reset::latest, offset_reset::none}) {
        world w;
        auto config = w.config();
        config.auto_offset_reset = reset;
        for (int i = 0; i < 10; ++i) w.produce("k", "old");
        {
            auto first = w.config();
            kafka_streams app = w.run(copy_topology(), first);
            REQUIRE(eventually([&] { return w.committed() == 10; }));
        }
        for (int i = 0; i < 20; ++i) w.produce("k", "deleted or kept");
        w.cluster.delete_records({"in", 0}, 25);
        kafka_streams app = w.run(copy_topology(), config);
        if (reset == offset_reset::none) {
            CHECK(eventually([&] { return app.state() == application_state::error; }));
            CHECK(says(app.error(), "in-0"));
            CHECK(says(app.error(), "auto.offset.reset is none"));
            continue;
        }
        REQUIRE(app.wait_for(application_state::running, testing_support::patience));
        if (reset == offset_reset::earliest) {
            CHECK(eventually([&] { return w.committed() == 30; }));
            CHECK(w.out().size() == 10 + 5);
        } else {
            // Whatever is written before the position is found to be out of range is passed over too.
            CHECK(eventually([&] {
                w.produce("k", "new");
                return w.out().size() > 10;
            }));
            for (std::size_t at = 10; at < w.out().size(); ++at) CHECK(w.out()[at] == "new");
        }
    }
}
