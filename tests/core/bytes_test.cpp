#include "catch.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

using streams::bytes;
using streams::bytes_view;

TEST_CASE("bytes compare unsigned, and shorter first on a common prefix") {
    const bytes low(std::string_view("\x7f"));
    const bytes high(std::string_view("\x80"));
    CHECK(low < high);
    CHECK(bytes_view(low) < bytes_view(high));
    CHECK(bytes(std::string_view("ab")) < bytes(std::string_view("aba")));
}

TEST_CASE("an empty view is a prefix of every view") {
    const bytes content(std::string_view("abc"));
    CHECK(content.view().starts_with(bytes_view()));
    CHECK(bytes_view().starts_with(bytes_view()));
    CHECK_FALSE(bytes_view().starts_with(content));
}

TEST_CASE("integers are stored with their largest byte first") {
    bytes out;
    streams::append_big_endian(out, std::int32_t{0x01020304});
    streams::append_big_endian(out, std::int16_t{-2});
    CHECK(out.text() == std::string_view("\x01\x02\x03\x04\xff\xfe", 6));
    CHECK(streams::load_big_endian<std::int32_t>(out.data()) == 0x01020304);
    CHECK(streams::load_big_endian<std::int16_t>(out.data() + 4) == -2);
}

TEST_CASE("bytes are made of any text") {
    const std::string_view text = "4711";
    CHECK(bytes("4711").text() == text);
    CHECK(bytes(text).text() == text);
    CHECK(bytes(std::string("4711")).text() == text);
}
