#include "possible_fraud/embedded_run.hpp"
#include "run_example.hpp"

int main(int argc, char** argv) {
    constexpr std::int64_t start = 1'700'000'100'000; // of a window
    constexpr std::int64_t minute = 60'000;
    const auto attempt = [](const char* card, std::int64_t at) -> sample_record {
        return {"authorization_attempts", card, std::string(R"({"card_number":")") + card + R"(","amount":9.5})", at};
    };
    return run_example(argc, argv,
                       {.name = "possible_fraud",
                        .summary = "Flags the cards that are used more than three times in five minutes.",
                        .topology = [] { return possible_fraud(print_alert); },
                        .sample = {attempt("4666", start), attempt("4000", start + minute / 2),
                                   attempt("4666", start + minute), attempt("4666", start + 2 * minute),
                                   attempt("4666", start + 4 * minute), attempt("4666", start + 5 * minute)},
                        .outputs = {{"possible_fraud"}},
                        .run_embedded = run_embedded});
}
