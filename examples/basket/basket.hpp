#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <string>

/// A line of a basket: the value in topic `basket_lines`, under the line's id. A null value removes the line.
struct basket_line {
    std::string basket;
    std::string item;
    std::int64_t quantity = 0;
    std::int64_t cents = 0; ///< of one
};

/// What is in a basket: the value in topic `baskets`, under the basket's id. Null: it is empty.
struct basket_content {
    std::int64_t items = 0;
    std::int64_t cents = 0;

    friend bool operator==(const basket_content&, const basket_content&) = default;
};

template <>
struct streams::json_members<basket_line> {
    static constexpr auto members =
        std::tuple{json_member{"basket", &basket_line::basket}, json_member{"item", &basket_line::item},
                   json_member{"quantity", &basket_line::quantity}, json_member{"cents", &basket_line::cents}};
};
template <>
struct streams::serde<basket_line> : streams::json<basket_line> {};

template <>
struct streams::json_members<basket_content> {
    static constexpr auto members =
        std::tuple{json_member{"items", &basket_content::items}, json_member{"cents", &basket_content::cents}};
};
template <>
struct streams::serde<basket_content> : streams::json<basket_content> {};

/// Keeps what each basket holds while lines are added, changed, moved and removed, in a store named `baskets`, and writes
/// its changes to topic `baskets`.
[[nodiscard]] streams::topology basket();
