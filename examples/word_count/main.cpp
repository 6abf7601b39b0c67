#include "run_example.hpp"
#include "word_count/word_count.hpp"

int main(int argc, char** argv) {
    return run_example(argc, argv,
                       {.name = "word_count",
                        .summary = "Counts how often each word occurs.",
                        .topology = word_count,
                        .sample = {{"lines", {}, "Hello streams, hello"}, {"lines", {}, "all streams lead to hello"}},
                        .outputs = {{"word_counts", shown_as::number}}});
}
