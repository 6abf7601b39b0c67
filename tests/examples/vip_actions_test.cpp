#include "catch.hpp"

#include "vip_actions/vip_actions.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <string>

namespace {

struct actions {
    streams::topology_test_driver driver{vip_actions()};
    streams::input_topic<std::string, std::string> users = driver.input_topic<std::string, std::string>("users");
    streams::input_topic<std::string, std::string> clicks = driver.input_topic<std::string, std::string>("clickstream");
    streams::output_topic<std::string, std::string> vip = driver.output_topic<std::string, std::string>("vip_actions");
};

} // namespace

TEST_CASE("only what Platinum users do is passed on, as it is") {
    actions a;
    a.users.pipe("u1", R"({"user_id":"u1","level":"Platinum"})");
    a.users.pipe("2", R"({"user_id":2,"level":"Basic"})");
    for (const auto* id : {"u1", "2", "u3"}) a.clicks.pipe(id, R"({"userid":7, "page":"/home","action":"open"})");
    REQUIRE(a.vip.size() == 1);
    const auto one = a.vip.read();
    CHECK(one.key == "u1");
    CHECK(one.value == R"({"userid":7, "page":"/home","action":"open"})");
}

TEST_CASE("the level that counts is the one at the time of the click") {
    actions a;
    a.clicks.pipe("u1", R"({"userid":"u1","page":"/before","action":"open"})");
    a.users.pipe("u1", R"({"user_id":"u1","level":"Platinum"})");
    a.clicks.pipe("u1", R"({"userid":"u1","page":"/during","action":"open"})");
    a.users.pipe("u1", R"({"user_id":"u1","level":"Basic"})");
    a.clicks.pipe("u1", R"({"userid":"u1","page":"/after","action":"open"})");
    REQUIRE(a.vip.size() == 1);
    CHECK(a.vip.read_value() == R"({"userid":"u1","page":"/during","action":"open"})");
}
