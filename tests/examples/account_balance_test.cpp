#include "catch.hpp"

#include "account_balance/account_balance.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <vector>

TEST_CASE("the balance of an account follows its transactions") {
    streams::topology_test_driver driver{account_balance()};
    auto transactions = driver.input_topic<std::string, transaction>("transactions");
    auto balances = driver.output_topic<std::string, balance>("balances");
    for (const std::int64_t amount : {50, 25, -60}) transactions.pipe("a", {amount});
    CHECK(balances.read_values() == std::vector<balance>{{50}, {75}, {15}});
}

TEST_CASE("every account has a balance of its own, kept in a store") {
    streams::topology_test_driver driver{account_balance()};
    auto transactions = driver.input_topic<std::string, transaction>("transactions");
    transactions.pipe("a", {50});
    transactions.pipe("b", {7});
    transactions.pipe("a", {-20});
    auto store = driver.key_value_store<std::string, balance>("balances");
    CHECK(store.map() == std::map<std::string, balance>{{"a", {30}}, {"b", {7}}});
}

TEST_CASE("balances are written as JSON") {
    streams::topology_test_driver driver{account_balance()};
    driver.input_topic<std::string, std::string>("transactions").pipe("a", R"({"amount":-3})");
    CHECK(driver.output_topic<std::string, std::string>("balances").read_value() == R"({"balance":-3})");
}
