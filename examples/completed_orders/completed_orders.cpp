#include "completed_orders/completed_orders.hpp"

streams::topology completed_orders() {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string>, purchase>("orders")
        .filter([](const purchase& o) { return o.status == "completed"; })
        .to("completed_orders");
    return builder.build();
}
