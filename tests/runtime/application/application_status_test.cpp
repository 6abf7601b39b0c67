#include "catch.hpp"

#include "src/runtime/application/application_status.hpp"

#include <streams/core/error.hpp>

#include <utility>
#include <vector>

using namespace streams;
using namespace std::chrono_literals;
using enum application_state;

TEST_CASE("an application goes through its states in Kafka Streams' order, and the listener hears of each") {
    application_status status("app", machine());
    std::vector<application_state> heard;
    status.set_listener([&](application_state now, application_state) { heard.push_back(now); });
    for (const auto next : {rebalancing, running, rebalancing, running, pending_shutdown, not_running})
        CHECK(status.change(next));
    CHECK(heard == std::vector{rebalancing, running, rebalancing, running, pending_shutdown, not_running});
}

TEST_CASE("a change that may not follow does nothing") {
    application_status status("app", machine());
    CHECK_FALSE(status.change(running));
    CHECK(status.change(pending_shutdown));
    CHECK_FALSE(status.change(rebalancing));
    CHECK(status.state() == pending_shutdown);
}

TEST_CASE("the first reason of an error is kept") {
    application_status status("app", machine());
    status.change(rebalancing);
    CHECK(status.change(pending_error, "the first"));
    CHECK_FALSE(status.change(pending_error, "the second"));
    CHECK(status.change(application_state::error));
    CHECK(status.error() == "the first");
}

TEST_CASE("who waits for a state learns that the application ended without it") {
    application_status status("app", machine());
    CHECK_FALSE(status.wait_for(running, 1ms));
    status.change(pending_shutdown);
    status.change(not_running);
    CHECK_FALSE(status.wait_for(running, 1h));
    CHECK(status.wait_for_end(std::chrono::milliseconds::max()));
}

TEST_CASE("a listener may change the state, and hears of that after the change at hand") {
    application_status status("app", machine());
    std::vector<std::pair<application_state, bool>> heard;
    status.set_listener([&](application_state now, application_state) {
        const bool within = heard.size() == 1;
        if (now == running) status.change(pending_shutdown);
        heard.emplace_back(now, within);
        CHECK(status.tells_here());
    });
    status.change(rebalancing);
    CHECK(status.change(running));
    CHECK(heard == std::vector<std::pair<application_state, bool>>{
                       {rebalancing, false}, {running, true}, {pending_shutdown, false}});
    CHECK_FALSE(status.tells_here());
}

TEST_CASE("a listener comes before the start or not at all") {
    application_status status("app", machine());
    status.change(rebalancing);
    CHECK_THROWS_AS(status.set_listener({}), streams_error);
}

TEST_CASE("states have Kafka's names") {
    CHECK(to_string(pending_shutdown) == "PENDING_SHUTDOWN");
    CHECK(to_string(not_running) == "NOT_RUNNING");
}
