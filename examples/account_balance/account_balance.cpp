#include "account_balance/account_balance.hpp"

#include <charconv>
#include <string>
#include <string_view>

transaction streams::serde<transaction>::deserialize(bytes_view in) {
    auto text = serde<std::string_view>::deserialize(in);
    if (text.starts_with('{')) return json<transaction>::deserialize(in);
    if (text.starts_with('+')) text.remove_prefix(1); // from_chars knows only the other sign
    transaction read;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read.amount);
    if (error != std::errc() || end != text.data() + text.size())
        throw serialization_error(concat("\"", text, "\" is no amount; write +50, -60 or {\"amount\":-60}"));
    return read;
}

streams::topology account_balance() {
    streams::streams_builder builder;
    builder.stream<std::string, transaction>("transactions")
        .group_by_key()
        .aggregate([] { return balance{}; },
                   [](const transaction& t, balance so_far) { return balance{so_far.amount + t.amount}; },
                   streams::materialized{.name = "balances"})
        .to_stream()
        .to("balances");
    return builder.build();
}
