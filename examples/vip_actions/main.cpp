#include "run_example.hpp"
#include "vip_actions/vip_actions.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "vip_actions", vip_actions); }
