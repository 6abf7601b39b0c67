#include "catch.hpp"

#include "inventory/inventory.hpp"

#include "runtime/world.hpp"

#include <streams/testing/embedded_cluster.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <string>

using streams::testing_support::eventually;
using streams::testing_support::patience;

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

TEST_CASE("the stock of a product is answered while it is sold") {
    streams::embedded_cluster cluster;
    for (const auto* topic : {"deliveries", "sales", "stock", "reorder"}) cluster.create_topic(topic, 2);
    const streams::testing_support::temporary_folder stores;
    streams::streams_config config;
    config.application_id = "inventory";
    config.state_dir = stores.path();
    config.commit_interval = std::chrono::milliseconds(10);
    streams::kafka_streams app(inventory(), config, cluster.clients());
    app.start();
    REQUIRE(app.wait_for(streams::application_state::running, patience));
    CHECK(answer_stock(app, "apples") == "none");
    cluster.produce("deliveries", std::string("apples"), movement{100});
    CHECK(eventually([&] { return stock_of(app, "apples") == stock_level{100, 0}; }));
    cluster.produce("sales", std::string("apples"), movement{30});
    CHECK(eventually([&] { return answer_stock(app, "apples") == R"({"pieces":70,"sold":30})"; }));
}
