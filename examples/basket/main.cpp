#include "basket/basket.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "basket", basket); }
