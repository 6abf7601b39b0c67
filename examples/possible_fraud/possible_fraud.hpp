#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

/// An attempt to pay with a card: the value in topic `authorization_attempts`, under the card's number.
struct payment {
    std::string card_number;
    std::optional<double> amount;
    std::optional<std::string> merchant;
};

/// A card with too many payments in one window: the value in topic `possible_fraud`, under the card's number.
struct fraud_alert {
    std::string card_number;
    std::int64_t window = 0; ///< its start, ms since the epoch
    std::int64_t count = 0;  ///< payments in it so far

    friend bool operator==(const fraud_alert&, const fraud_alert&) = default;
};

template <>
struct streams::json_members<payment> {
    static constexpr auto members =
        std::tuple{json_member{"card_number", &payment::card_number}, json_member{"amount", &payment::amount},
                   json_member{"merchant", &payment::merchant}};
};
template <>
struct streams::serde<payment> : streams::json<payment> {};

template <>
struct streams::json_members<fraud_alert> {
    static constexpr auto members =
        std::tuple{json_member{"card_number", &fraud_alert::card_number}, json_member{"window", &fraud_alert::window},
                   json_member{"count", &fraud_alert::count}};
};
template <>
struct streams::serde<fraud_alert> : streams::json<fraud_alert> {};

/// Flags the cards with more than three payments in a five-minute window. A card that goes on paying is flagged again with
/// its new count, once a commit at most, because counts are cached: the last one holds. `found` is called with every alert,
/// on stream threads.
[[nodiscard]] streams::topology possible_fraud(std::function<void(const fraud_alert&)> found = [](const auto&) {});
