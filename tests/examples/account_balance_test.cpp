#include "catch.hpp"

#include "account_balance/account_balance.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <vector>

TEST_CASE("the balance of an account follows its transactions") {
    streams::topology_test_driver driver{account_balance()};
    auto transactions = driver.input_topic<std::string, std::string>("transactions");
    auto balances = driver.output_topic<std::string, std::string>("balances");
    for (const auto* amount : {"+50", "+25", "-60"}) transactions.pipe("a", amount);
    CHECK(balances.read_values() ==
          std::vector<std::string>{R"({"balance":50})", R"({"balance":75})", R"({"balance":15})"});
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

TEST_CASE("an amount stands alone or in an object, and anything else is refused with what to write") {
    const auto read = [](std::string_view text) {
        return streams::serde<transaction>::deserialize(streams::bytes_view(text)).amount;
    };
    CHECK(read("50") == 50);
    CHECK(read("+50") == 50);
    CHECK(read("-60") == -60);
    CHECK(read(R"({"amount":-3})") == -3);
    for (const auto* text : {"", "+", "fifty", "5.5", "99999999999999999999"})
        CHECK_THROWS_WITH(read(text), containing("is no amount; write +50, -60 or"));
}
