#include "catch.hpp"

#include "src/embedded/crc32c.hpp"

#include <string>

using namespace streams;
using embedded::crc32c;

TEST_CASE("crc32c gives the published check values") {
    // RFC 3720, B.4, and the customary check value.
    CHECK(crc32c(bytes_view(std::string_view("123456789"))) == 0xe3069283U);
    CHECK(crc32c(bytes_view(std::string_view(std::string(32, '\0')))) == 0x8a9136aaU);
    CHECK(crc32c(bytes_view(std::string_view(std::string(32, '\xff')))) == 0x62a8ab43U);
    CHECK(crc32c(bytes_view{}) == 0);
}

TEST_CASE("crc32c by table and by instruction agree at every length, and continue each other") {
    std::string text;
    for (int at = 0; at < 100; ++at) {
        const bytes_view whole{std::string_view(text)};
        CHECK(embedded::detail::crc32c_by_table(whole) == crc32c(whole));
        const auto half = text.size() / 2;
        CHECK(crc32c(whole.subview(half), crc32c(whole.subview(0, half))) == crc32c(whole));
        text.push_back(static_cast<char>(at * 37));
    }
}
