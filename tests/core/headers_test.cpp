#include "catch.hpp"

#include <streams/core/headers.hpp>

using streams::bytes;

TEST_CASE("headers keep the order in which they were added, equal keys too") {
    streams::headers h;
    h.add("a", bytes(std::string_view("1")));
    h.add("b", std::nullopt);
    h.add("a", bytes(std::string_view("2")));
    REQUIRE(h.size() == 3);
    CHECK(h.begin()->value == bytes(std::string_view("1")));
    CHECK(h.last("a")->value == bytes(std::string_view("2")));
    CHECK_FALSE(h.last("b")->value.has_value());
    CHECK(h.last("c") == nullptr);
}

TEST_CASE("removing a header removes all of its key") {
    streams::headers h{{"a", std::nullopt}, {"b", std::nullopt}, {"a", std::nullopt}};
    h.remove("a");
    CHECK(h == streams::headers{{"b", std::nullopt}});
}
