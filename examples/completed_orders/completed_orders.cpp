#include "completed_orders/completed_orders.hpp"

#include <optional>
#include <string>

streams::topology completed_orders() {
    streams::streams_builder builder;
    builder.stream<std::optional<std::string>, purchase>("orders")
        .filter([](const purchase& order) { return order.members.status == "COMPLETE"; })
        .to("completed_orders");
    return builder.build();
}
