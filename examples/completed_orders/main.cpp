#include "completed_orders/completed_orders.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "completed_orders", completed_orders); }
