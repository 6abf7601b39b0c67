#include "catch.hpp"

#include "sales_per_day/sales_per_day.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <vector>

namespace {
constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t midnight = 1'729'980'000'000; // of the 27th of October 2024 in Berlin
} // namespace

TEST_CASE("sales are added up by shop and by the days of Berlin") {
    streams::topology_test_driver driver{sales_per_day()};
    auto receipts = driver.input_topic<std::string, receipt>("receipts");
    auto days = driver.output_topic<std::string, day_of_sales>("sales_per_day");
    receipts.pipe("a", {250}, midnight - 1);
    receipts.pipe("a", {300}, midnight);
    receipts.pipe("b", {70}, midnight);
    receipts.pipe("a", {400}, midnight + 25 * hour - 1); // the clocks were set back
    receipts.pipe("a", {100}, midnight + 25 * hour);
    CHECK(days.read_values() == std::vector<day_of_sales>{{"a", midnight - 24 * hour, midnight, 1, 250},
                                                          {"a", midnight, midnight + 25 * hour, 1, 300},
                                                          {"b", midnight, midnight + 25 * hour, 1, 70},
                                                          {"a", midnight, midnight + 25 * hour, 2, 700},
                                                          {"a", midnight + 25 * hour, midnight + 49 * hour, 1, 100}});
}

TEST_CASE("a sale is counted for a day until an hour past its midnight") {
    streams::topology_test_driver driver{sales_per_day()};
    auto receipts = driver.input_topic<std::string, receipt>("receipts");
    auto days = driver.output_topic<std::string, day_of_sales>("sales_per_day");
    receipts.pipe("b", {1}, midnight + hour - 1);
    receipts.pipe("a", {250}, midnight - 1);
    CHECK(days.read_values().size() == 2);
    receipts.pipe("b", {1}, midnight + hour);
    receipts.pipe("a", {250}, midnight - 1);
    CHECK(days.read_values().size() == 1);
}
