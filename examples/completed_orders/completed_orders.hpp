#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <optional>
#include <string>

/// The value in topics `orders` and `completed_orders`.
struct purchase {
    std::string id;
    std::string status; ///< `placed`, `completed`, `cancelled`, ...
    double total = 0;
    std::optional<std::string> customer;

    friend bool operator==(const purchase&, const purchase&) = default;
};

template <>
struct streams::json_members<purchase> {
    static constexpr auto members =
        std::tuple{json_member{"id", &purchase::id}, json_member{"status", &purchase::status},
                   json_member{"total", &purchase::total}, json_member{"customer", &purchase::customer}};
};
template <>
struct streams::serde<purchase> : streams::json<purchase> {};

/// Copies the orders whose status is `completed`, with whatever key they have.
[[nodiscard]] streams::topology completed_orders();
