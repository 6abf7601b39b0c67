#include "catch.hpp"
#include "src/runtime/application/replacement_pause.hpp"

using namespace std::chrono_literals;

TEST_CASE("threads that fail again and again are replaced after pauses that double, up to a minute") {
    streams::replacement_pause pause;
    CHECK(pause.after(10ms) == 0ms);
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) CHECK(pause.after(10ms) == expected);
}

TEST_CASE("a thread that lived for a minute is replaced at once") {
    streams::replacement_pause pause;
    for (int again = 0; again < 5; ++again) (void)pause.after(10ms);
    CHECK(pause.after(60s) == 0ms);
    CHECK(pause.after(10ms) == 1s);
}
