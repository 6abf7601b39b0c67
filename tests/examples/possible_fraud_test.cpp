#include "catch.hpp"

#include "possible_fraud/payment_generator.hpp"
#include "possible_fraud/possible_fraud.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>
#include <set>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a fourth payment in five minutes is flagged, and those after it with their number") {
    streams::topology_test_driver driver{possible_fraud()};
    auto payments = driver.input_topic<std::string, payment>("authorization_attempts");
    auto flagged = driver.output_topic<std::string, fraud_alert>("possible_fraud");
    for (const auto at : {0min, 1min, 2min}) payments.pipe("4000", {"4000", 1, "shop"}, at);
    CHECK(flagged.empty());
    payments.pipe("4000", {"4000", 1, "shop"}, 3min);
    payments.pipe("4000", {"4000", 1, "shop"}, 4min);
    CHECK(flagged.read_key_values() ==
          std::vector<std::pair<std::string, fraud_alert>>{{"4000", {"4000", 0, 4}}, {"4000", {"4000", 0, 5}}});
}

TEST_CASE("payments of other windows and other cards do not count") {
    streams::topology_test_driver driver{possible_fraud()};
    auto payments = driver.input_topic<std::string, payment>("authorization_attempts");
    auto flagged = driver.output_topic<std::string, fraud_alert>("possible_fraud");
    for (const auto at : {2min, 3min, 4min}) payments.pipe("a", {"a", 1, "shop"}, at);
    payments.pipe("b", {"b", 1, "shop"}, 4min);
    payments.pipe("a", {"a", 1, "shop"}, 5min);
    CHECK(flagged.empty());
    for (const auto at : {6min, 7min, 8min}) payments.pipe("a", {"a", 1, "shop"}, at);
    REQUIRE(flagged.size() == 1);
    CHECK(flagged.read_value() == fraud_alert{"a", 300'000, 4});
}

TEST_CASE("a payment more than a minute late for its window is dropped") {
    streams::topology_test_driver driver{possible_fraud()};
    auto payments = driver.input_topic<std::string, payment>("authorization_attempts");
    for (const auto at : {0min, 1min, 2min}) payments.pipe("a", {"a", 1, "shop"}, at);
    payments.pipe("b", {"b", 1, "shop"}, 6min);
    payments.pipe("a", {"a", 1, "shop"}, 3min);
    CHECK(driver.output_topic<std::string, fraud_alert>("possible_fraud").empty());
    CHECK(driver.dropped()[streams::drop_reason::late] == 1);
}

TEST_CASE("alerts are reported as they are found and written as JSON") {
    std::vector<fraud_alert> found;
    streams::topology_test_driver driver{possible_fraud([&](const fraud_alert& alert) { found.push_back(alert); })};
    auto payments = driver.input_topic<std::string, std::string>("authorization_attempts");
    for (int i = 0; i < 4; ++i) payments.pipe("a", R"({"card_number":"a","x":1})", 10min);
    CHECK(driver.output_topic<std::string, std::string>("possible_fraud").read_value() ==
          R"({"card_number":"a","window":600000,"count":4})");
    CHECK(found == std::vector<fraud_alert>{{"a", 600'000, 4}});
}

TEST_CASE("made-up payments use one card of each window too often, and every other one once") {
    const payment_generator payments(1'700'000'123'456);
    for (const std::uint64_t window : {0, 1, 57}) {
        std::map<std::string, std::int64_t> uses;
        const auto first = window * payment_generator::payments_per_window;
        for (auto at = first; at < first + payment_generator::payments_per_window; ++at)
            ++uses[payments.at(at).card_number];
        const auto alert = payments.alert_of(window);
        CHECK(alert.window == payments.time_of(first));
        CHECK(alert.window % payment_generator::window_ms == 0);
        CHECK(alert.count > 3);
        CHECK(uses.at(alert.card_number) == alert.count);
        uses.erase(alert.card_number);
        CHECK(std::all_of(uses.begin(), uses.end(), [](const auto& use) { return use.second == 1; }));
    }
}

TEST_CASE("made-up payments depend on their position only") {
    const payment_generator payments(0);
    CHECK(payments.at(123'456).card_number == payments.at(123'456).card_number);
    CHECK(payments.at(123'456).card_number.size() == 16);
    CHECK(payments.at(123'456).amount > 0);
}
