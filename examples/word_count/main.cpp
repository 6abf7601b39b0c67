#include "run_example.hpp"
#include "word_count/word_count.hpp"

int main(int argc, char** argv) { return run_example(argc, argv, "word_count", word_count); }
