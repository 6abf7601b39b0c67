#include "clean_sensors/clean_sensors.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "clean_sensors", clean_sensors); }
