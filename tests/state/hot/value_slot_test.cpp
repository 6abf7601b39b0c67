#include "catch.hpp"
#include "state/hot/value_slot.hpp"

#include <string>

using streams::bytes_view;
using streams::value_slot;

namespace {
std::optional<std::string> content(const value_slot& slot) {
    const auto value = slot.get();
    return value ? std::optional<std::string>(value->text()) : std::nullopt;
}
} // namespace

TEST_CASE("a value slot holds null, short and long values") {
    value_slot slot;
    CHECK(content(slot) == std::nullopt);
    const std::string longer(1'000, 'x');
    for (const std::string& value :
         {std::string("a"), std::string(24, 'b'), std::string(25, 'c'), std::string(), longer}) {
        slot.set(bytes_view(value));
        CHECK(content(slot) == value);
    }
    slot.set(std::nullopt);
    CHECK(slot.is_null());
    CHECK(slot.heap_bytes() >= longer.size());
    slot.reset();
    CHECK(slot.heap_bytes() == 0);
    slot.assign(bytes_view("head"), bytes_view("tail"));
    CHECK(content(slot) == "headtail");
}

TEST_CASE("swapping value slots exchanges what they hold, short or long") {
    const std::string longer(100, 'x');
    value_slot a;
    value_slot b;
    a.set(bytes_view("short"));
    b.set(bytes_view(longer));
    a.swap(b);
    CHECK(content(a) == longer);
    CHECK(content(b) == "short");
    b.set(std::nullopt);
    a.swap(b);
    CHECK(content(a) == std::nullopt);
    CHECK(content(b) == longer);
}
