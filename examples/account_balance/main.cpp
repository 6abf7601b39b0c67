#include "account_balance/account_balance.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "account_balance",
                        .summary = "Adds up what comes to and leaves each account.",
                        .topology = account_balance,
                        .sample = {{"transactions", "12345", "+50"},
                                   {"transactions", "12345", "+25"},
                                   {"transactions", "12345", "-60"}},
                        .outputs = {{"balances"}}});
}
