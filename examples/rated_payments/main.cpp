#include "rated_payments/rated_payments.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "rated_payments",
                        .summary = "Has another service rate each payment, many at a time.",
                        .topology = rated_payments,
                        .sample = {{"card_payments", "4711", R"({"shop":"bakery","amount":3.5})"},
                                   {"card_payments", "4712", R"({"shop":"jeweller","amount":4800.0})"},
                                   {"card_payments", "4711", R"({"shop":"garage","amount":1200.0})"}},
                        .outputs = {{"rated_payments"}}});
}
