#include "completed_orders/completed_orders.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "completed_orders",
                        .summary = "Copies the orders whose status is COMPLETE.",
                        .topology = completed_orders,
                        .sample = {{"orders", "o1", R"({"order_id":"o1","status":"PLACED","total":10})"},
                                   {"orders", "o2", R"({"order_id":"o2","status":"CANCELLED","total":3})"},
                                   {"orders", "o1", R"({"order_id":"o1","status":"COMPLETE","total":10})"}},
                        .outputs = {{"completed_orders"}}});
}
