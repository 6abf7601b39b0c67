#pragma once

#include <streams/json/json.hpp>
#include <streams/streams.hpp>

#include <cstdint>

/// Money that came or went: the value in topic `transactions`, under the account's number. An amount with its sign,
/// `+50` or `-60`, or an object, `{"amount":-60}`.
struct transaction {
    std::int64_t amount = 0; ///< negative: taken out
};

/// The value in topic `balances`, under the account's number.
struct balance {
    std::int64_t amount = 0;

    friend bool operator==(const balance&, const balance&) = default;
};

template <>
struct streams::json_members<transaction> {
    static constexpr auto members = std::tuple{json_member{"amount", &transaction::amount}};
};
template <>
struct streams::serde<transaction> {
    static void serialize(const transaction& t, bytes& out) { json<transaction>::serialize(t, out); }
    /// Throws serialization_error for what is neither.
    static transaction deserialize(bytes_view in);
};

template <>
struct streams::json_members<balance> {
    static constexpr auto members = std::tuple{json_member{"balance", &balance::amount}};
};
template <>
struct streams::serde<balance> : streams::json<balance> {};

/// Keeps a table of what is on each account, in a store named `balances`, and writes its changes to topic `balances`.
[[nodiscard]] streams::topology account_balance();
