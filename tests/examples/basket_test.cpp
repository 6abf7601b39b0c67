#include "catch.hpp"

#include "basket/basket.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <map>

namespace {
using baskets = std::map<std::string, basket_content>;
}

TEST_CASE("a basket holds the lines that were added and not removed") {
    streams::topology_test_driver driver{basket()};
    auto lines = driver.input_topic<std::string, std::optional<basket_line>>("basket_lines");
    auto store = driver.key_value_store<std::string, basket_content>("baskets");
    lines.pipe("1", basket_line{"ann", "apple", 3, 20});
    lines.pipe("2", basket_line{"ann", "pear", 1, 45});
    CHECK(store.map() == baskets{{"ann", {4, 105}}});
    lines.pipe("1", basket_line{"ann", "apple", 1, 20});
    CHECK(store.map() == baskets{{"ann", {2, 65}}});
    lines.pipe("2", std::nullopt);
    CHECK(store.map() == baskets{{"ann", {1, 20}}});
}

TEST_CASE("a line that moves leaves one basket and is in the other") {
    streams::topology_test_driver driver{basket()};
    auto lines = driver.input_topic<std::string, basket_line>("basket_lines");
    lines.pipe("1", {"ann", "apple", 3, 20});
    lines.pipe("1", {"bob", "apple", 3, 20});
    CHECK(driver.key_value_store<std::string, basket_content>("baskets").map() == baskets{{"bob", {3, 60}}});
}

TEST_CASE("a basket that was emptied is deleted from the topic") {
    streams::topology_test_driver driver{basket()};
    auto lines = driver.input_topic<std::string, std::optional<basket_line>>("basket_lines");
    lines.pipe("1", basket_line{"ann", "apple", 3, 20});
    lines.pipe("1", std::nullopt);
    const auto written = driver.output_topic<std::string, std::optional<basket_content>>("baskets").read_values();
    CHECK(written == std::vector<std::optional<basket_content>>{basket_content{3, 60}, std::nullopt});
}
