#include "catch.hpp"

#include "inventory/inventory.hpp"

#include <streams/testing/topology_test_driver.hpp>

TEST_CASE("stock is what was delivered less what was sold") {
    streams::topology_test_driver driver{inventory()};
    auto deliveries = driver.input_topic<std::string, movement>("deliveries");
    auto sales = driver.input_topic<std::string, movement>("sales");
    auto stock = driver.output_topic<std::string, stock_level>("stock");
    deliveries.pipe("apples", {100});
    sales.pipe("apples", {30});
    deliveries.pipe("pears", {5});
    sales.pipe("apples", {25});
    CHECK(stock.read_map() == std::map<std::string, stock_level>{{"apples", {45, 55}}, {"pears", {5, 0}}});
}

TEST_CASE("a product of which little is left is to be ordered") {
    streams::topology_test_driver driver{inventory()};
    auto deliveries = driver.input_topic<std::string, movement>("deliveries");
    auto sales = driver.input_topic<std::string, movement>("sales");
    auto reorder = driver.output_topic<std::string, stock_level>("reorder");
    deliveries.pipe("apples", {12});
    sales.pipe("apples", {2});
    CHECK(reorder.empty());
    sales.pipe("apples", {1});
    CHECK(reorder.read_value().pieces == 9);
}
