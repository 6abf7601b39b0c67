#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <string>
#include <tuple>

/// A payment: the value in topic `card_payments`, under the card's number.
struct card_payment {
    std::string shop;
    double amount = 0;
};

/// A payment and what the service says of it: the value in topic `rated_payments`, under the card's number.
struct rated_payment {
    std::string shop;
    double amount = 0;
    std::string risk; ///< low or high
};

template <>
struct streams::json_members<card_payment> {
    static constexpr auto members =
        std::tuple{json_member{"shop", &card_payment::shop}, json_member{"amount", &card_payment::amount}};
};
template <>
struct streams::serde<card_payment> : streams::json<card_payment> {};

template <>
struct streams::json_members<rated_payment> {
    static constexpr auto members =
        std::tuple{json_member{"shop", &rated_payment::shop}, json_member{"amount", &rated_payment::amount},
                   json_member{"risk", &rated_payment::risk}};
};
template <>
struct streams::serde<rated_payment> : streams::json<rated_payment> {};

/// Has another service rate each payment. Up to 50 are asked about at once, those of one card one after the other.
[[nodiscard]] streams::topology rated_payments();
