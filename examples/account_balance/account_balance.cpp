#include "account_balance/account_balance.hpp"

#include <string>

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
