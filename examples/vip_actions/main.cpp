#include "vip_actions/vip_actions.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "vip_actions", vip_actions); }
