#include "customer_360/customer_360.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "customer_360", customer_360); }
