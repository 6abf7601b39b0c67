#include "catch.hpp"

#include "vip_actions/vip_actions.hpp"

#include <streams/testing/topology_test_driver.hpp>

TEST_CASE("only what Platinum users do is passed on") {
    streams::topology_test_driver driver{vip_actions()};
    auto users = driver.input_topic<std::string, user>("users");
    auto clicks = driver.input_topic<std::string, click>("clickstream");
    auto actions = driver.output_topic<std::string, vip_action>("vip_actions");
    users.pipe("u1", {"Ann", "Platinum"});
    users.pipe("u2", {"Bob", "Basic"});
    for (const auto* id : {"u1", "u2", "u3"}) clicks.pipe(id, {"/home", "open"});
    REQUIRE(actions.size() == 1);
    const auto one = actions.read();
    CHECK(one.key == "u1");
    CHECK(one.value == vip_action{"Ann", "/home", "open"});
}

TEST_CASE("the level that counts is the one at the time of the click") {
    streams::topology_test_driver driver{vip_actions()};
    auto users = driver.input_topic<std::string, user>("users");
    auto clicks = driver.input_topic<std::string, click>("clickstream");
    auto actions = driver.output_topic<std::string, vip_action>("vip_actions");
    clicks.pipe("u1", {"/before", "open"});
    users.pipe("u1", {"Ann", "Platinum"});
    clicks.pipe("u1", {"/during", "open"});
    users.pipe("u1", {"Ann", "Basic"});
    clicks.pipe("u1", {"/after", "open"});
    REQUIRE(actions.size() == 1);
    CHECK(actions.read_value().page == "/during");
}
