#include "catch.hpp"
#include "dsl/node_names.hpp"
#include "src/runtime/topics/partition_counts.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/topology_test_driver.hpp>

#include <map>
#include <random>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;
using values = std::vector<maybe_text>;

namespace {

/// "customer:rest"; no colon: none.
const auto customer = [](const text& order) {
    const std::size_t colon = order.find(':');
    return colon == text::npos ? maybe_text() : maybe_text(order.substr(0, colon));
};
const auto both = [](const text& order, const text& who) { return order + "+" + who; };
const auto with_left = [](const text& order, const text* who) { return order + "+" + (who ? *who : "-"); };

template <bool Left>
topology join_orders(const table_joined& how = {}) {
    streams_builder builder;
    auto customers = builder.table<text, text>("customers");
    auto orders = builder.table<text, text>("orders");
    const materialized kept{.name = "joined"};
    if constexpr (Left)
        orders.left_join(customers, customer, with_left, kept, how).to_stream().to("out");
    else
        orders.join(customers, customer, both, kept, how).to_stream().to("out");
    return builder.build();
}

} // namespace

TEST_CASE("a foreign-key join follows changes on either side") {
    topology_test_driver driver(join_orders<false>());
    auto order = driver.input_topic<text, maybe_text>("orders");
    auto who = driver.input_topic<text, maybe_text>("customers");
    order.pipe("1", "ann:book");
    who.pipe("ann", "Ann");
    order.pipe("2", "ann:pen");
    who.pipe("ann", "Anna");
    who.pipe("bob", "Bob");
    order.pipe("1", "bob:book");
    who.pipe("ann", std::nullopt);
    order.pipe("1", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() ==
          values{"ann:book+Ann", "ann:pen+Ann", "ann:book+Anna", "ann:pen+Anna", "bob:book+Bob", std::nullopt,
                 std::nullopt});
    CHECK(driver.key_value_store<text, text>("joined").map().empty());
}

TEST_CASE("an order without a foreign key has no row in an inner join, and is counted") {
    topology_test_driver driver(join_orders<false>());
    auto order = driver.input_topic<text, maybe_text>("orders");
    driver.input_topic<text, text>("customers").pipe("ann", "Ann");
    order.pipe("1", "ann:book");
    order.pipe("1", "nobody");
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() == values{"ann:book+Ann", std::nullopt});
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
}

TEST_CASE("a left foreign-key join keeps rows that refer to none") {
    topology_test_driver driver(join_orders<true>());
    auto order = driver.input_topic<text, maybe_text>("orders");
    auto who = driver.input_topic<text, maybe_text>("customers");
    order.pipe("1", "nobody");
    order.pipe("1", "ann:book");
    who.pipe("ann", "Ann");
    who.pipe("ann", std::nullopt);
    order.pipe("1", std::nullopt);
    order.pipe("1", std::nullopt);
    CHECK(driver.output_topic<text, maybe_text>("out").read_values() ==
          values{"nobody+-", "ann:book+-", "ann:book+Ann", "ann:book+-", std::nullopt});
}

TEST_CASE("subscriptions are kept and logged with the headers of their record") {
    topology_test_driver driver(join_orders<false>({.name = "n"}), {.config = {.application_id = "app"}});
    test_record<text, text> order{"1", "ann:book", 5};
    order.headers.add("trace", bytes(std::string_view("x")));
    driver.input_topic<text, text>("orders").pipe(order);
    const auto logged = driver.output_topic<bytes, bytes>("app-n-subscription-store-changelog").read();
    CHECK(logged.key.text() == std::string("\0\0\0\3ann1", 8));
    CHECK(logged.timestamp == 5);
    CHECK(logged.headers == order.headers);
    // version 1, "answer where there is a row", hash of the order, key of the order, partition 0
    CHECK(logged.value.size() == 2 + 16 + 1 + 4);
    CHECK(logged.value.text().substr(0, 2) == std::string("\1\3", 2));
    CHECK(logged.value.text().substr(18) == std::string("1\0\0\0\0", 5));
}

TEST_CASE("the nodes of a foreign-key join are named and numbered as in Kafka Streams") {
    const std::vector<text> expected{"KSTREAM-SOURCE-0000000001",
                                     "KTABLE-SOURCE-0000000002",
                                     "KSTREAM-SOURCE-0000000004",
                                     "KTABLE-SOURCE-0000000005",
                                     "n-subscription-registration-processor",
                                     "n-subscription-registration-sink",
                                     "n-subscription-registration-source",
                                     "n-subscription-receive",
                                     "n-subscription-join-foreign",
                                     "n-foreign-join-subscription",
                                     "n-subscription-response-sink",
                                     "n-subscription-response-source",
                                     "n-subscription-response-resolver",
                                     "n-result",
                                     "KTABLE-TOSTREAM-0000000019",
                                     "KSTREAM-SINK-0000000020"};
    const topology built = join_orders<false>({.name = "n"});
    CHECK(node_names(built) == expected);
    CHECK(built.copartition_groups() ==
          std::vector<std::vector<text>>{{"customers", "n-subscription-registration-topic"},
                                         {"orders", "n-subscription-response-topic"}});
    CHECK(join_orders<false>().is_repartition_topic("KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-0000000014-topic"));
}

TEST_CASE("several partitions join by a foreign key as one does") {
    const auto joined = [](std::int32_t partitions) {
        topology_test_driver driver(join_orders<true>(), {.partitions = partitions});
        auto order = driver.input_topic<text, maybe_text>("orders");
        auto who = driver.input_topic<text, maybe_text>("customers");
        std::mt19937 random(7);
        for (int at = 0; at < 500; ++at) {
            const text key = std::to_string(random() % 40);
            const text name = "c" + std::to_string(random() % 9);
            const bool deletes = random() % 6 == 0;
            if (random() % 3 == 0)
                who.pipe(name, deletes ? maybe_text() : maybe_text("N" + std::to_string(at)));
            else
                order.pipe(key, deletes ? maybe_text() : maybe_text(name + ":" + std::to_string(at)));
        }
        return driver.key_value_store<text, text>("joined").map();
    };
    const auto expected = joined(1);
    CHECK(expected.size() > 20);
    CHECK(joined(4) == expected);
}

TEST_CASE("a foreign-key join follows partitioners of its tables' topics") {
    const key_placement last = [](bytes_view, std::int32_t partitions) { return partitions - 1; };
    topology_test_driver driver(join_orders<false>({.partitioner = last, .other_partitioner = last}),
                                {.partitions = 3});
    const auto pipe_last = [&](const char* topic, const text& key, const text& value) {
        test_record<text, text> r{key, value};
        r.partition = 2;
        driver.input_topic<text, text>(topic).pipe(r);
    };
    pipe_last("customers", "ann", "Ann");
    for (const auto* key : {"1", "2", "3", "4"}) pipe_last("orders", key, "ann:book");
    CHECK(driver.output_topic<text, maybe_text>("out").read_all().size() == 4);
}

TEST_CASE("tables of unequal partition counts are joined by a foreign key, but not by their keys") {
    const auto counts = partition_counts(join_orders<false>({.name = "n"}), {{"orders", 3}, {"customers", 5}});
    CHECK(counts.at("n-subscription-registration-topic") == 5);
    CHECK(counts.at("n-subscription-response-topic") == 3);

    streams_builder builder;
    auto customers = builder.table<text, text>("customers");
    builder.table<text, text>("orders").join(customers, both).to_stream().to("out");
    CHECK_THROWS_AS(partition_counts(builder.build(), {{"orders", 3}, {"customers", 5}}), topology_error);
}

TEST_CASE("a foreign-key join places rows by their headers where its partitioners do") {
    const key_placement by_header = [](bytes_view, const headers& of, std::int32_t) { return of.last("last") ? 2 : 0; };
    topology_test_driver driver(join_orders<false>({.partitioner = by_header, .other_partitioner = by_header}),
                                {.partitions = 3});
    const auto pipe_last = [&](const char* topic, const text& key, const text& value) {
        test_record<text, text> r{key, value};
        r.partition = 2;
        r.headers.add("last", std::nullopt);
        driver.input_topic<text, text>(topic).pipe(r);
    };
    pipe_last("customers", "ann", "Ann");
    for (const auto* key : {"1", "2", "3", "4"}) pipe_last("orders", key, "ann:book");
    CHECK(driver.output_topic<text, maybe_text>("out").read_all().size() == 4);
}
