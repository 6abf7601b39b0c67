#include "src/topology/topic_expression.hpp"

#include "catch.hpp"

#include <streams/core/error.hpp>

using namespace streams;

namespace {

std::string refusal(const std::string& pattern) {
    try {
        const topic_expression compiled(pattern);
    } catch (const topology_error& e) {
        return e.what();
    }
    return "";
}

std::string repeated(const std::string& part, int times) {
    std::string text;
    for (int each = 0; each < times; ++each) text += part;
    return text;
}

} // namespace

TEST_CASE("a pattern matches a whole name") {
    const topic_expression orders("orders-[a-z]{2,4}(-v\\d+)?");
    CHECK(orders.matches("orders-eu"));
    CHECK(orders.matches("orders-us-v12"));
    CHECK_FALSE(orders.matches("old-orders-eu"));
    CHECK_FALSE(orders.matches("orders-e"));
}

TEST_CASE("a pattern that is no regular expression is refused") {
    CHECK_THAT(refusal("orders-("), containing("topic pattern orders-( is no regular expression: "));
    CHECK_THAT(refusal("(a)\\1"), containing("use ECMAScript's grammar without references back"));
}

TEST_CASE("a pattern that could take more stack than a thread has is refused") {
    const auto too_long =
        containing("has more than 2000 characters, with its repetitions written out: matching it could take "
                   "more stack than a thread has");
    CHECK_THAT(refusal(std::string(100'000, 'a')), too_long);
    CHECK_THAT(refusal(std::string(100'000, '(')), too_long);
    CHECK_THAT(refusal(repeated("(b|a?)*", 10'000)), too_long);
    CHECK_THAT(refusal("(((a|b?){10}){40}){20}"), too_long);
    CHECK_THAT(refusal("a{45}{45}"), too_long);
    CHECK_THAT(refusal("((a?){1,99999999999999999999})*"), too_long);
    CHECK(refusal(std::string(2000, 'a')).empty());
    CHECK(refusal("[a-z]{1,249}-[0-9]{4}-[0-9]{2}").empty());
    CHECK(refusal(repeated("(", 500) + "a" + repeated(")?", 500)).empty());
}

TEST_CASE("a pattern of many ways to match the longest name answers at once") {
    const std::string name(249, 'a');
    CHECK_FALSE(topic_expression("(a+)+b").matches(name));
    CHECK(topic_expression("((b?){400}a)*").matches(name));
}
