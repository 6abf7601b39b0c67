#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <string>

/// Something was sold: the value in topic `receipts`, under the shop.
struct receipt {
    std::int64_t cents = 0;
};

/// What a shop sold on a day: the value in topic `sales_per_day`, under `SHOP@START`, START in ms.
struct day_of_sales {
    std::string shop;
    std::int64_t start = 0; ///< ms since the epoch: midnight in Berlin
    std::int64_t end = 0;   ///< the next midnight: 23, 24 or 25 hours later
    std::int64_t sales = 0;
    std::int64_t cents = 0;

    friend bool operator==(const day_of_sales&, const day_of_sales&) = default;
};

template <>
struct streams::json_members<receipt> {
    static constexpr auto members = std::tuple{json_member{"cents", &receipt::cents}};
};
template <>
struct streams::serde<receipt> : streams::json<receipt> {};

template <>
struct streams::json_members<day_of_sales> {
    static constexpr auto members =
        std::tuple{json_member{"shop", &day_of_sales::shop}, json_member{"start", &day_of_sales::start},
                   json_member{"end", &day_of_sales::end}, json_member{"sales", &day_of_sales::sales},
                   json_member{"cents", &day_of_sales::cents}};
};
template <>
struct streams::serde<day_of_sales> : streams::json<day_of_sales> {};

/// Adds up the sales of each shop by the days of Berlin, which have 23 or 25 hours when the clocks are set; an hour of grace
/// for what is told late. A day that grows is written again.
[[nodiscard]] streams::topology sales_per_day();
