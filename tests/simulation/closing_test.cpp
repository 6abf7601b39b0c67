// How long close() takes while the cluster does not answer, in virtual time.

#include "catch.hpp"
#include "faults/faulty_clients.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "simulation/seeded_scheduler.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <memory>
#include <string>
#include <utility>

using namespace streams;
using namespace std::chrono_literals;
using simulation::seeded_scheduler;
using testing_support::call;

namespace {

struct closed {
    std::int64_t took_ms = 0;
    application_state state{};
    bool committed = false;
};

/// An application with one record to process is closed once the call has failed; it goes on failing.
closed close_while_failing(testing_support::call failing) {
    closed result;
    const testing_support::temporary_folder folder;
    seeded_scheduler scheduler(1);
    scheduler.run([&] {
        embedded_cluster cluster({.time = &scheduler});
        cluster.create_topic("in");
        cluster.create_topic("out");
        cluster.produce("in", std::string("k"), std::string("v"));
        auto plan = std::make_shared<testing_support::fault_plan>(scheduler);
        plan->fail(failing, {kafka::error_class::retriable, "no answer"}, 1'000'000);
        streams_config config;
        config.application_id = "app";
        config.state_dir = folder.path();
        config.commit_interval = 50ms;
        config.task_timeout = 1h;
        kafka_streams app(testing_support::copy_topology(), config,
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan), &scheduler);
        app.start();
        while (plan->failed(failing) == 0) scheduler.sleep(10ms);
        const auto asked = scheduler.steady_ms();
        CHECK(app.close());
        result = {scheduler.steady_ms() - asked, app.state(), !cluster.committed("app").empty()};
    });
    return result;
}

} // namespace

TEST_CASE("a close that finds a call failing which no commit needs is done at once") {
    for (const call failing : {call::committed, call::bounds}) {
        CAPTURE(static_cast<int>(failing));
        const auto result = close_while_failing(failing);
        CHECK(result.took_ms < 1000);
        CHECK(result.state == application_state::not_running);
    }
}

TEST_CASE("a close waits 30 seconds for its last commit, and for a record that the producer does not take") {
    for (const call failing : {call::commit, call::append, call::flush}) {
        CAPTURE(static_cast<int>(failing));
        const auto result = close_while_failing(failing);
        CHECK(result.took_ms >= 29'000);
        CHECK(result.took_ms < 32'000);
        CHECK(result.state == application_state::not_running);
        CHECK_FALSE(result.committed);
    }
}

TEST_CASE("a close has its own time for the last commit, also where a task has none to wait for the cluster") {
    struct step {
        processing_guarantee guarantee;
        call at;
    };
    const auto failing = GENERATE(step{processing_guarantee::at_least_once, call::commit},
                                  step{processing_guarantee::at_least_once, call::flush},
                                  step{processing_guarantee::at_least_once, call::append},
                                  step{processing_guarantee::exactly_once_v2, call::send_offsets},
                                  step{processing_guarantee::exactly_once_v2, call::commit_transaction});
    CAPTURE(static_cast<int>(failing.at));
    const testing_support::temporary_folder folder;
    seeded_scheduler scheduler(1);
    scheduler.run([&] {
        embedded_cluster cluster({.time = &scheduler});
        cluster.create_topic("in");
        cluster.create_topic("out");
        cluster.produce("in", std::string("k"), std::string("v"));
        auto plan = std::make_shared<testing_support::fault_plan>(scheduler);
        streams_config config;
        config.application_id = "app";
        config.state_dir = folder.path();
        config.guarantee = failing.guarantee;
        config.commit_interval = 5s;
        config.task_timeout = 0ms;
        streams_builder builder;
        builder.stream<std::string, std::string>("in").group_by_key().count(materialized{.in_memory = true});
        kafka_streams app(builder.build(), config,
                          std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan), &scheduler);
        app.start();
        while (app.counts().processed == 0) scheduler.sleep(10ms);
        plan->fail_late(failing.at, 500ms, {kafka::error_class::retriable, "no answer"}, 4);
        CHECK(app.close());
        CHECK(plan->failed(failing.at) == 4);
        CHECK(cluster.committed("app").size() == 1);
    });
}
