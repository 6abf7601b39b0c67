#include "operators/workload.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

#include <cstdio>

namespace operators {

namespace {

using text = std::string;

constexpr std::size_t key_size = 16;
constexpr std::uint64_t number_of_customers = 100'000;

/// An order: whose it is, then what. Each customer has one or two; an order moves to another customer now and then.
text order(std::size_t, std::uint32_t key, std::uint64_t at) {
    char customer[key_size + 1];
    std::snprintf(customer, sizeof customer, "key-%012u",
                  static_cast<unsigned>((key + (at >> 18)) % number_of_customers));
    return customer + text("0123456789abcdef");
}
text customer_of(const text& order) { return order.substr(0, key_size); }

text some_row(std::size_t, std::uint32_t, std::uint64_t) { return "0123456789abcdef"; }
text order_or_customer(std::size_t topic, std::uint32_t key, std::uint64_t at) {
    return topic == 0 ? order(topic, key, at) : some_row(topic, key, at);
}

streams::topology foreign_key_join() {
    streams::streams_builder builder;
    auto customers = builder.table<text, text>("customers");
    builder.table<text, text>("orders")
        .join(customers, customer_of, [](const text& order, const text& name) { return order + name; })
        .to_stream()
        .to("out");
    return builder.build();
}

streams::topology table_table_join() {
    streams::streams_builder builder;
    auto right = builder.table<text, text>("right");
    builder.table<text, text>("left")
        .join(right, [](const text& a, const text& b) { return a + b; })
        .to_stream()
        .to("out");
    return builder.build();
}

streams::topology table_group_count() {
    streams::streams_builder builder;
    builder.table<text, text>("orders")
        .group_by([](const text& order) { return std::pair(customer_of(order), order); })
        .count()
        .to_stream()
        .to("out");
    return builder.build();
}

} // namespace

std::vector<workload> table_workloads() {
    return {{"foreign_key_join", foreign_key_join, {"orders", "customers"}, order_or_customer},
            {"table_table_join", table_table_join, {"left", "right"}, some_row},
            {"table_group_count", table_group_count, {"orders"}, order}};
}

} // namespace operators
