#include "twelve_operators.hpp"

#include <streams/testing/topology_test_driver.hpp>

#include <cstdio>

using namespace std::chrono_literals;

int main() {
    streams::topology_test_driver driver{shop()};
    auto orders = driver.input_topic<std::string, shop_order>("orders");
    auto customers = driver.input_topic<std::string, shop_customer>("customers");
    auto products = driver.input_topic<std::string, shop_product>("products");
    auto payments = driver.input_topic<std::string, shop_payment>("payments");
    auto enriched = driver.output_topic<std::string, full_order>("enriched-orders");
    auto bills = driver.output_topic<std::string, order_bill>("bills");
    auto statuses = driver.output_topic<std::string, std::int64_t>("orders-by-status");
    auto regions = driver.output_topic<streams::windowed<std::string>, order_total>("region-totals");

    customers.pipe("ann", {"Ann", "gold", "south"});
    products.pipe("tea", {"Tea", 300});
    orders.pipe("1", {"1", "ann", "tea", "COMPLETE", 300, std::nullopt}, 0min);
    orders.pipe("2", {"2", "ann", "tea", "test", 300, std::nullopt}, 1min);
    payments.pipe("p", {"1", 300}, 2min);
    orders.pipe("3", {"3", "ann", "tea", "COMPLETE", 300, "WINTER"}, 200min);

    const bool right = enriched.read().value.customer.region == "south" && bills.read().value.paid == 300 &&
                       statuses.read().value == 1 && regions.read().value.cents == 300;
    std::puts(right ? "right" : "wrong");
    return right ? 0 : 1;
}
