#include "catch.hpp"

#include "customer_360/customer_360.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>

namespace {

using views = std::map<std::string, std::optional<ticket_view>>;

/// Two customers of one advisor, and a ticket of each.
void fill(streams::topology_test_driver& driver) {
    driver.input_topic<std::string, advisor>("advisors").pipe("a1", {"Max", "555-1"});
    auto customers = driver.input_topic<std::string, customer>("customers");
    customers.pipe("c1", {"Ann", "a1"});
    customers.pipe("c2", {"Bob", "a1"});
    auto tickets = driver.input_topic<std::string, ticket>("tickets");
    tickets.pipe("t1", {"c1", "lost card"});
    tickets.pipe("t2", {"c2", "new card"});
}

views written_by(streams::topology_test_driver& driver) {
    return driver.output_topic<std::string, std::optional<ticket_view>>("customer_360").read_map();
}

} // namespace

TEST_CASE("a ticket shows its customer, the consent and the advisor") {
    streams::topology_test_driver driver{customer_360()};
    driver.input_topic<std::string, consent>("consents").pipe("c1", {true});
    fill(driver);
    CHECK(written_by(driver) == views{{"t1", ticket_view{"lost card", {"Ann", true, "a1", "Max", "555-1"}}},
                                      {"t2", ticket_view{"new card", {"Bob", false, "a1", "Max", "555-1"}}}});
}

TEST_CASE("an advisor's new number reaches all tickets of their customers") {
    streams::topology_test_driver driver{customer_360()};
    fill(driver);
    static_cast<void>(written_by(driver));
    driver.input_topic<std::string, advisor>("advisors").pipe("a1", {"Max", "555-2"});
    const views changed = written_by(driver);
    REQUIRE(changed.size() == 2);
    for (const auto& [number, view] : changed) CHECK(view->customer.advisor_phone == "555-2");
}

TEST_CASE("a customer without advisor is shown all the same, an unknown customer is not") {
    streams::topology_test_driver driver{customer_360()};
    driver.input_topic<std::string, customer>("customers").pipe("c1", {"Ann", ""});
    auto tickets = driver.input_topic<std::string, ticket>("tickets");
    tickets.pipe("t1", {"c1", "lost card"});
    tickets.pipe("t2", {"c9", "new card"});
    CHECK(written_by(driver) == views{{"t1", ticket_view{"lost card", {"Ann", false, "", "", ""}}}});
}

TEST_CASE("a ticket that moves to another customer shows that one, and a deleted one is deleted") {
    streams::topology_test_driver driver{customer_360()};
    fill(driver);
    auto tickets = driver.input_topic<std::string, std::optional<ticket>>("tickets");
    tickets.pipe("t1", ticket{"c2", "lost card"});
    tickets.pipe("t2", std::nullopt);
    const views now = written_by(driver);
    CHECK(now.at("t1")->customer.name == "Bob");
    CHECK_FALSE(now.at("t2"));
}
