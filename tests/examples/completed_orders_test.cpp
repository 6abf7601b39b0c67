#include "catch.hpp"

#include "completed_orders/completed_orders.hpp"

#include <streams/testing/topology_test_driver.hpp>

TEST_CASE("only completed orders are passed on, with their keys") {
    streams::topology_test_driver driver{completed_orders()};
    auto orders = driver.input_topic<std::optional<std::string>, purchase>("orders");
    auto completed = driver.output_topic<std::optional<std::string>, purchase>("completed_orders");
    orders.pipe("1", {"1", "placed", 10, "Ann"});
    orders.pipe("1", {"1", "completed", 10, "Ann"});
    orders.pipe(std::nullopt, {"2", "completed", 20, std::nullopt});
    orders.pipe("3", {"3", "cancelled", 30, "Bob"});
    REQUIRE(completed.size() == 2);
    CHECK(completed.read().key == "1");
    const auto second = completed.read();
    CHECK(second.key == std::nullopt);
    CHECK(second.value == purchase{"2", "completed", 20, std::nullopt});
}
