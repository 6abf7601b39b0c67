#pragma once

#include "json_document.hpp"

#include <streams/streams.hpp>

/// What is looked at of a value in topic `orders`.
struct order_status {
    std::string status; ///< `COMPLETE`, or whatever comes before
};

template <>
struct streams::json_members<order_status> {
    static constexpr auto members = std::tuple{json_member{"status", &order_status::status}};
};

/// The value in topics `orders` and `completed_orders`: an object with a `status`, and whatever else an order has.
using purchase = json_document<order_status>;

/// Copies the orders whose status is `COMPLETE` to topic `completed_orders`, as they are, with whatever key they have.
[[nodiscard]] streams::topology completed_orders();
