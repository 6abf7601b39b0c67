#include "catch.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>
#include <streams/state/typed_key_value_store.hpp>
#include <streams/testing/topology_test_driver.hpp>

using namespace streams;
using text = std::string;
using maybe_text = std::optional<std::string>;

namespace {

/// Keeps the length of each value of a global topic.
class measuring final : public processor<text, text> {
public:
    void init(context_type& context) override {
        lengths_.emplace(context.state_store<typed_key_value_store<text, std::int64_t>>("lengths"));
    }
    void process(const record_type& r) override { lengths_->put(r.key, static_cast<std::int64_t>(r.value.size())); }

private:
    std::optional<typed_key_value_store<text, std::int64_t>> lengths_;
};

/// Looks a key up in the global store, or tries to write it.
class reading final : public processor<text, text, text, std::int64_t> {
public:
    void init(context_type& context) override {
        context_ = &context;
        lengths_.emplace(context.state_store<typed_key_value_store<text, std::int64_t>>("lengths"));
    }
    void process(const record_type& r) override {
        if (r.value == "write") lengths_->put(r.key, 0);
        std::int64_t sum = 0;
        for (const auto& each : lengths_->all()) sum += each.value;
        const std::int64_t found = lengths_->get(r.key).value_or(-1) * 100 + sum;
        context_->forward({r.key, found, r.timestamp, r.headers});
    }

private:
    context_type* context_ = nullptr;
    std::optional<typed_key_value_store<text, std::int64_t>> lengths_;
};

} // namespace

TEST_CASE("a stream joins a global table by a key made of its records") {
    streams_builder builder;
    auto products = builder.global_table<text, text>("products");
    builder.stream<text, maybe_text>("orders")
        .join(
            products, [](const text& order) { return order.substr(0, 1); },
            [](const text& key, const text& order, const text& product) { return key + order + product; })
        .to("out");
    topology_test_driver driver(builder.build(), {.partitions = 3});
    auto product = driver.input_topic<maybe_text, maybe_text>("products");
    auto order = driver.input_topic<text, maybe_text>("orders");
    order.pipe("k", "p1", std::int64_t{1});
    product.pipe("p", "pen", std::int64_t{9});
    product.pipe("q", "quill", std::int64_t{9});
    product.pipe(std::nullopt, "nothing", std::int64_t{9});
    order.pipe("k", "p2", std::int64_t{2});
    order.pipe("l", "q3", std::int64_t{3});
    order.pipe("l", std::nullopt, std::int64_t{3});
    product.pipe("p", std::nullopt, std::int64_t{10});
    order.pipe("k", "p4", std::int64_t{4});
    CHECK(driver.output_topic<text, text>("out").read_all() ==
          std::vector<test_record<text, text>>{{"k", "kp2pen", 2}, {"l", "lq3quill", 3}});
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
    CHECK(driver.dropped()[drop_reason::null_value] == 1);
    CHECK(driver.produced_topics() == std::vector<std::string>{"out"});
}

TEST_CASE("a left join with a global table keeps records without a row and without a key to look up") {
    streams_builder builder;
    auto products = builder.global_table<text, text>("products", materialized{.name = "by-id"});
    kstream<maybe_text, text> joined_stream = builder.stream<maybe_text, text>("orders").left_join(
        products, [](const text& order) { return order.empty() ? maybe_text() : maybe_text(order); },
        [](const text& order, const text* product) { return order + (product ? *product : "?"); });
    joined_stream.to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("products").pipe("p", "pen");
    auto order = driver.input_topic<maybe_text, text>("orders");
    order.pipe(std::nullopt, "p");
    order.pipe("k", "x");
    order.pipe("k", "");
    CHECK(driver.output_topic<maybe_text, text>("out").read_values() == std::vector<text>{"ppen", "x?", "?"});
    CHECK(driver.key_value_store<text, text>("by-id").get("p") == "pen");
}

TEST_CASE("an inner join with a global table drops records without a key to look up") {
    streams_builder builder;
    auto products = builder.global_table<text, text>("products");
    builder.stream<text, text>("orders")
        .join(
            products, [](const text&) { return maybe_text(); },
            [](const text& order, const text& product) { return order + product; })
        .to("out");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("orders").pipe("k", "p");
    CHECK(driver.output_topic<text, text>("out").empty());
    CHECK(driver.dropped()[drop_reason::null_key] == 1);
}

TEST_CASE("parts of global stores take numbers in the description and make no tasks") {
    streams_builder builder;
    auto first = builder.global_table<text, text>("g");
    builder.stream<text, text>("in")
        .join(
            first, [](const text& v) { return v; }, [](const text&, const text& row) { return row; }, named{"look-up"})
        .to("out");
    const topology t = builder.build();
    CHECK(t.describe() == "Topologies:\n"
                          "   Sub-topology: 0 for global store (will not generate tasks)\n"
                          "    Source: KSTREAM-SOURCE-0000000001 (topics: [g])\n"
                          "      --> KTABLE-SOURCE-0000000002\n"
                          "    Processor: KTABLE-SOURCE-0000000002 (stores: [g-STATE-STORE-0000000000])\n"
                          "      --> none\n"
                          "      <-- KSTREAM-SOURCE-0000000001\n"
                          "  Sub-topology: 1\n"
                          "    Source: KSTREAM-SOURCE-0000000003 (topics: [in])\n"
                          "      --> look-up\n"
                          "    Processor: look-up (stores: [])\n"
                          "      --> KSTREAM-SINK-0000000005\n"
                          "      <-- KSTREAM-SOURCE-0000000003\n"
                          "    Sink: KSTREAM-SINK-0000000005 (topic: out)\n"
                          "      <-- look-up\n\n");
    REQUIRE(t.sub_topologies().size() == 1);
    CHECK(t.sub_topologies()[0].id == 1);
}

TEST_CASE("a global store is filled by a processor and read by every other, without being connected") {
    streams_builder builder;
    builder.add_global_store<text, text>(stores::key_value("lengths"), "words",
                                         [] { return std::make_unique<measuring>(); });
    builder.stream<text, text>("in").process([] { return std::make_unique<reading>(); }).to("out");
    topology_test_driver driver(builder.build());
    auto word = driver.input_topic<text, text>("words");
    auto in = driver.input_topic<text, text>("in");
    word.pipe("a", "four");
    word.pipe("b", "six888");
    in.pipe("a", "read");
    CHECK(driver.output_topic<text, std::int64_t>("out").read().value == 410);
    CHECK_THROWS_WITH(in.pipe("a", "write"), containing("lengths") && containing("cannot be written by a task"));
}

TEST_CASE("what a topology writes to the topic of a global table is in the table at once") {
    streams_builder builder;
    auto last = builder.global_table<text, text>("last");
    auto in = builder.stream<text, text>("in");
    in.left_join(
          last, [](const text& key, const text&) { return key; },
          [](const text& value, const text* before) { return value + (before ? *before : "-"); })
        .to("out");
    in.to("last");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("in").pipe_all({{"a", "1"}, {"a", "2"}});
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"1-", "21"});
}

TEST_CASE("a record of a global topic that does not decode is dropped by the driver") {
    streams_builder builder;
    builder.global_table<text, std::int64_t>("g", materialized{.name = "rows"});
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("g").pipe("a", "not a number");
    driver.input_topic<text, std::int64_t>("g").pipe("b", 1);
    CHECK(driver.dropped()[drop_reason::deserialization] == 1);
    CHECK(driver.key_value_store<text, std::int64_t>("rows").get("b") == 1);
}

TEST_CASE("a topic is not read both as a global table and as a stream") {
    streams_builder builder;
    builder.global_table<text, text>("g");
    builder.stream<text, text>("g").to("out");
    CHECK_THROWS_WITH(builder.build(), containing("cannot read topic g"));
}

TEST_CASE("a global table keeps no versions") {
    streams_builder builder;
    CHECK_THROWS_WITH((builder.global_table<text, text>("g", materialized{.history_retention = std::chrono::hours(1)})),
                      containing("is no plain key-value store"));
}

TEST_CASE("a joiner of a global table may see the keys of both sides") {
    streams_builder builder;
    auto products = builder.global_table<text, text>("products");
    const auto first_letter = [](const text& order) -> maybe_text {
        return order.empty() ? maybe_text() : order.substr(0, 1);
    };
    auto orders = builder.stream<text, text>("orders");
    orders
        .join(products, first_letter,
              [](const text& key, const text& product, const text& order, const text& row) {
                  return concat(key, '/', product, '/', order, '/', row);
              })
        .to("out");
    orders
        .left_join(products, first_letter,
                   [](const text& key, const text* product, const text& order, const text* row) {
                       return concat(key, '/', product ? *product : "none", '/', order, '/', row ? *row : "none");
                   })
        .to("left");
    topology_test_driver driver(builder.build());
    driver.input_topic<text, text>("products").pipe("p", "pen");
    auto order = driver.input_topic<text, text>("orders");
    for (const auto* value : {"p1", "q1", ""}) order.pipe("k", value);
    CHECK(driver.output_topic<text, text>("out").read_values() == std::vector<text>{"k/p/p1/pen"});
    CHECK(driver.output_topic<text, text>("left").read_values() ==
          std::vector<text>{"k/p/p1/pen", "k/q/q1/none", "k/none//none"});
}
