// A transaction of somebody else that does not end at the head of what an application reads, in virtual time.

#include "catch.hpp"
#include "kafka/captured_log.hpp"
#include "runtime/messages.hpp"
#include "simulation/simulated_world.hpp"

#include <streams/dsl/streams_builder.hpp>

#include <algorithm>

using namespace streams;
using namespace std::chrono_literals;
using simulation::simulate;
using simulation::simulated_world;
using testing_support::says;

namespace {

streams_config exactly_once(const simulated_world& w) {
    auto config = w.config("one");
    config.guarantee = processing_guarantee::exactly_once_v2;
    return config;
}

/// Of a producer that is not heard of again.
std::unique_ptr<kafka::producer> with_open_transaction(simulated_world& w, std::string_view topic) {
    auto producer = w.cluster.clients()->make_producer(
        {.client_id = "other", .transactional_id = "other", .transaction_timeout = 10min});
    REQUIRE(producer->init_transactions(0ms).ok());
    REQUIRE(producer->begin_transaction().ok());
    REQUIRE(producer
                ->append({.topic = producer->open(topic),
                          .partition = 0,
                          .key = bytes_view("k"),
                          .value = bytes_view("late"),
                          .timestamp = 1})
                .ok());
    REQUIRE(producer->flush(1s).ok());
    return producer;
}

std::ptrdiff_t told(const tests::captured_log& log, std::string_view part) {
    return std::ranges::count_if(log.lines(), [&](const auto& line) { return says(line, part); });
}

} // namespace

TEST_CASE(
    "an application tells of an input behind an open transaction once, reads the others, and goes on when it ends") {
    const tests::captured_log log;
    simulate([&](simulated_world& w) {
        const auto other = with_open_transaction(w, "in");
        w.produce(0);
        const auto app = w.healthy(exactly_once(w));
        w.scheduler.sleep(110s);
        CHECK(told(log, "has stood still") == 0);
        w.produce(1);
        w.scheduler.sleep(5min);
        CHECK(told(log, "in-0 has stood still at offset 0") == 1);
        CHECK(told(log, "has stood still") == 1);
        CHECK(w.committed(0) == 0);
        CHECK(w.committed(1) == 1);
        w.scheduler.sleep(5min); // then the cluster aborts it
        CHECK(told(log, "in-0 is read on") == 1);
        CHECK(w.committed(0) >= 2); // behind the record of the transaction and the other one
        CHECK(app->error().empty());
        CHECK(app->close(1min));
    });
}

TEST_CASE("a global table behind an open transaction is told of too") {
    const tests::captured_log log;
    simulate([&](simulated_world& w) {
        w.cluster.create_topic("rows", 1);
        streams_builder builder;
        static_cast<void>(
            builder.global_table<std::string, std::string>("rows", materialized{.name = "rows", .in_memory = true}));
        kafka_streams app(builder.build(), exactly_once(w), w.cluster.clients(), &w.scheduler);
        app.start();
        const auto other = with_open_transaction(w, "rows");
        w.scheduler.sleep(5min);
        CHECK(told(log, "rows-0 has stood still at offset 0") == 1);
        REQUIRE(other->commit_transaction(1s).ok());
        w.scheduler.sleep(5s);
        CHECK(told(log, "rows-0 is read on") == 1);
        CHECK(app.close(1min));
    });
}

TEST_CASE(
    "a store whose changelog has an open transaction is told of while it is restored, and restored when it ends") {
    const tests::captured_log log;
    simulate([&](simulated_world& w) {
        w.produce(0);
        {
            const auto before = w.healthy(exactly_once(w));
            REQUIRE(w.eventually([&] { return w.committed(0) == 1; }));
            CHECK(before->close(1min));
        }
        const auto other = with_open_transaction(w, "app-counts-changelog");
        auto config = exactly_once(w);
        config.state_dir = w.folder.path() / "empty";
        const auto app = w.healthy(config);
        w.scheduler.sleep(5min);
        CHECK(told(log, "app-counts-changelog-0 has stood still at offset 2") == 1); // behind a row and its marker
        CHECK(app->state() == application_state::rebalancing);
        w.scheduler.sleep(6min); // then the cluster aborts it
        CHECK(app->wait_for(application_state::running, 1min));
        CHECK(told(log, "has stood still") == 1);
        CHECK(app->close(1min));
    });
}
