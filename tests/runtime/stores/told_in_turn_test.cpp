#include "src/runtime/stores/told_in_turn.hpp"

#include "catch.hpp"

#include <string>

using namespace streams;

TEST_CASE("who is told in turn hears the same, the first one first") {
    std::string heard;
    const std::function<void(int, const std::string&)> next = [&](int number, const std::string& word) {
        heard += "next " + std::to_string(number) + word + '.';
    };
    told_in_turn([&](int number, const std::string& word) { heard += "first " + std::to_string(number) + word + ", "; },
                 next)(7, "a");
    CHECK(heard == "first 7a, next 7a.");
}

TEST_CASE("where nobody is next the first one is told alone") {
    int told = 0;
    const std::function<void(int)> nobody;
    told_in_turn([&](int) { ++told; }, nobody)(1);
    CHECK(told == 1);
}
