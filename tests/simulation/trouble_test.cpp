// Failures that pass, hours apart.

#include "catch.hpp"
#include "simulation/simulated_world.hpp"

using namespace streams;
using namespace std::chrono_literals;
using kafka::error_class;
using simulation::simulated_world;
using testing_support::call;

TEST_CASE("failures that pass do not add up while there is nothing to do in between") {
    const auto guarantee = GENERATE(processing_guarantee::at_least_once, processing_guarantee::exactly_once_v2);
    simulation::simulate([&](simulated_world& w) {
        auto config = w.config("one");
        config.guarantee = guarantee;
        config.task_timeout = 5min;
        config.commit_interval = 1s;
        const auto app = w.planned(config);
        REQUIRE(app->wait_for(application_state::running, 1min));
        for (const auto pause : {3min, 3min, 20min, 1min}) {
            w.plan->fail(call::take_failures, {error_class::retriable, "message timed out"});
            w.scheduler.sleep(10s);
            CHECK(app->error().empty());
            REQUIRE(app->wait_for(application_state::running, 1min));
            w.scheduler.sleep(pause);
        }
        CHECK(app->close(1min));
    });
}
