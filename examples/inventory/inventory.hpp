#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// Pieces that came in or went out: the value in topics `deliveries` and `sales`, under the product.
struct movement {
    std::int64_t pieces = 0;
};

/// What is there of a product: the value in topic `stock`, under the product.
struct stock_level {
    std::int64_t pieces = 0;
    std::int64_t sold = 0; ///< since the beginning

    friend bool operator==(const stock_level&, const stock_level&) = default;
};

template <>
struct streams::json_members<movement> {
    static constexpr auto members = std::tuple{json_member{"pieces", &movement::pieces}};
};
template <>
struct streams::serde<movement> : streams::json<movement> {};

template <>
struct streams::json_members<stock_level> {
    static constexpr auto members =
        std::tuple{json_member{"pieces", &stock_level::pieces}, json_member{"sold", &stock_level::sold}};
};
template <>
struct streams::serde<stock_level> : streams::json<stock_level> {};

/// Keeps the stock of each product from two streams, what is delivered and what is sold, in one cogroup; products of which
/// fewer than ten pieces are left go to `reorder`, each time that they change.
[[nodiscard]] streams::topology inventory();

/// What is there of a product now, as an application that runs the topology has it; nullopt: it was never heard of, or
/// another instance has it. Throws streams::invalid_state_store_error where partitions are on their way.
[[nodiscard]] std::optional<stock_level> stock_of(const streams::kafka_streams& app, const std::string& product);
/// The same as text.
[[nodiscard]] std::string answer_stock(const streams::kafka_streams& app, const std::string& product);
