#include "catch.hpp"

#include "completed_orders/completed_orders.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <optional>
#include <string>
#include <vector>

TEST_CASE("only complete orders are passed on, as they are and with their keys") {
    streams::topology_test_driver driver{completed_orders()};
    using key = std::optional<std::string>;
    auto orders = driver.input_topic<key, std::string>("orders");
    auto completed = driver.output_topic<key, std::string>("completed_orders");
    orders.pipe("1", R"({"id":1,"status":"PLACED"})");
    orders.pipe("1", R"({"id":1, "status":"COMPLETE", "lines":[{"item":"apple"}]})");
    orders.pipe(std::nullopt, R"({"status":"COMPLETE"})");
    orders.pipe("3", R"({"id":3,"status":"CANCELLED"})");
    CHECK(completed.read_key_values() == std::vector<std::pair<key, std::string>>{
                                             {"1", R"({"id":1, "status":"COMPLETE", "lines":[{"item":"apple"}]})"},
                                             {std::nullopt, R"({"status":"COMPLETE"})"}});
}
