#include "account_balance/account_balance.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "account_balance", account_balance); }
