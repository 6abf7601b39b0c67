#include "catch.hpp"

#include "syslog_invalid_users/syslog_invalid_users.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <optional>
#include <string>
#include <vector>

TEST_CASE("messages about invalid users are passed on as they are") {
    streams::topology_test_driver driver{syslog_invalid_users()};
    using key = std::optional<std::string>;
    auto lines = driver.input_topic<key, std::string>("syslog");
    auto found = driver.output_topic<key, std::string>("syslog_invalid_users");
    lines.pipe(std::nullopt, R"({"host":"gate","message":"sshd[1]: Invalid user admin from 192.0.2.7 port 4242"})");
    lines.pipe("gate", R"({"host":"gate","message":"sshd[2]: Accepted publickey for root"})");
    lines.pipe("gate", R"({"severity":4, "message":"sshd[3]: Invalid user test from 192.0.2.8"})");
    lines.pipe("gate", R"({"host":"Invalid user","message":"sshd[4]: invalid user in lower case"})");
    CHECK(found.read_key_values() ==
          std::vector<std::pair<key, std::string>>{
              {std::nullopt, R"({"host":"gate","message":"sshd[1]: Invalid user admin from 192.0.2.7 port 4242"})"},
              {"gate", R"({"severity":4, "message":"sshd[3]: Invalid user test from 192.0.2.8"})"}});
}
