#include "inventory/inventory.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "inventory",
                        .summary =
                            "Keeps the stock of each product from what is delivered and what is sold, and answers "
                            "it: each line of standard input is a product.",
                        .topology = inventory,
                        .sample = {{"deliveries", "apples", R"({"pieces":100})"},
                                   {"sales", "apples", R"({"pieces":55})"},
                                   {"sales", "apples", R"({"pieces":40})"}},
                        .outputs = {{"stock"}, {"reorder"}},
                        .answer = answer_stock});
}
