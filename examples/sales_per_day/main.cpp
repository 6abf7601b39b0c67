#include "run_example.hpp"
#include "sales_per_day/sales_per_day.hpp"

int main(int argc, char** argv) {
    constexpr std::int64_t hour = 3'600'000;
    constexpr std::int64_t midnight = 1'729'980'000'000; // of the 27th of October 2024, when the clocks were set back
    return run_example(argc, argv,
                       {.name = "sales_per_day",
                        .summary = "Adds up the sales of each shop by the days of Berlin.",
                        .topology = sales_per_day,
                        .sample = {{"receipts", "kiosk", R"({"cents":250})", midnight - 1},
                                   {"receipts", "kiosk", R"({"cents":300})", midnight},
                                   {"receipts", "kiosk", R"({"cents":400})", midnight + 25 * hour - 1},
                                   {"receipts", "kiosk", R"({"cents":100})", midnight + 25 * hour}},
                        .outputs = {{"sales_per_day"}}});
}
