#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// An order of a shop, as its web site writes it.
struct shop_order {
    std::string id;
    std::string customer;
    std::string product;
    std::string status;
    std::int64_t cents = 0;
    std::optional<std::string> coupon;
};

struct shop_customer {
    std::string name;
    std::string level;
    std::string region;
};

struct shop_product {
    std::string title;
    std::int64_t cents = 0;
};

struct shop_payment {
    std::string order;
    std::int64_t cents = 0;
};

/// An order with what is known of its customer and product.
struct full_order {
    shop_order order;
    shop_customer customer;
    std::string title;
};

struct order_total {
    std::int64_t orders = 0;
    std::int64_t cents = 0;
    std::vector<std::string> coupons;
};

struct order_bill {
    std::string order;
    std::int64_t asked = 0;
    std::int64_t paid = 0;
};

template <>
struct streams::json_members<shop_order> {
    static constexpr auto members =
        std::tuple{json_member{"id", &shop_order::id},           json_member{"customer", &shop_order::customer},
                   json_member{"product", &shop_order::product}, json_member{"status", &shop_order::status},
                   json_member{"cents", &shop_order::cents},     json_member{"coupon", &shop_order::coupon}};
};
template <>
struct streams::serde<shop_order> : streams::json<shop_order> {};

template <>
struct streams::json_members<shop_customer> {
    static constexpr auto members =
        std::tuple{json_member{"name", &shop_customer::name}, json_member{"level", &shop_customer::level},
                   json_member{"region", &shop_customer::region}};
};
template <>
struct streams::serde<shop_customer> : streams::json<shop_customer> {};

template <>
struct streams::json_members<shop_product> {
    static constexpr auto members =
        std::tuple{json_member{"title", &shop_product::title}, json_member{"cents", &shop_product::cents}};
};
template <>
struct streams::serde<shop_product> : streams::json<shop_product> {};

template <>
struct streams::json_members<shop_payment> {
    static constexpr auto members =
        std::tuple{json_member{"order", &shop_payment::order}, json_member{"cents", &shop_payment::cents}};
};
template <>
struct streams::serde<shop_payment> : streams::json<shop_payment> {};

template <>
struct streams::json_members<full_order> {
    static constexpr auto members =
        std::tuple{json_member{"order", &full_order::order}, json_member{"customer", &full_order::customer},
                   json_member{"title", &full_order::title}};
};
template <>
struct streams::serde<full_order> : streams::json<full_order> {};

template <>
struct streams::json_members<order_total> {
    static constexpr auto members =
        std::tuple{json_member{"orders", &order_total::orders}, json_member{"cents", &order_total::cents},
                   json_member{"coupons", &order_total::coupons}};
};
template <>
struct streams::serde<order_total> : streams::json<order_total> {};

template <>
struct streams::json_members<order_bill> {
    static constexpr auto members =
        std::tuple{json_member{"order", &order_bill::order}, json_member{"asked", &order_bill::asked},
                   json_member{"paid", &order_bill::paid}};
};
template <>
struct streams::serde<order_bill> : streams::json<order_bill> {};

/// The orders of a shop: enriched, billed, and counted by region, customer and status.
streams::topology shop();
