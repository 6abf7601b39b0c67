#include "catch.hpp"

#include "rated_payments/rated_payments.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>
#include <string>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("every payment is rated, those of a card in their order") {
    streams::topology_test_driver driver{rated_payments()};
    auto payments = driver.input_topic<std::string, card_payment>("card_payments");
    std::map<std::string, std::vector<double>> expected;
    for (int at = 0; at < 100; ++at) {
        const auto card = std::to_string(at % 10);
        payments.pipe(card, {"shop", at * 20.0});
        expected[card].push_back(at * 20.0);
    }
    REQUIRE(driver.await_pending(20s));
    std::map<std::string, std::vector<double>> rated;
    for (const auto& each : driver.output_topic<std::string, rated_payment>("rated_payments").read_all()) {
        rated[each.key].push_back(each.value.amount);
        CHECK(each.value.risk == (each.value.amount < 1000 ? "low" : "high"));
    }
    CHECK(rated == expected);
}
