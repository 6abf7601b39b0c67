#include "inventory/inventory.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "inventory", inventory); }
