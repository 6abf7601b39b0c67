#include <streams/core/detail/varint.hpp>

#include "catch.hpp"

#include <limits>
#include <string>

using streams::bytes;
using streams::bytes_view;

namespace {

std::string written(std::int32_t value) {
    bytes out;
    streams::detail::append_varint(out, value);
    return std::string(out.text());
}

} // namespace

TEST_CASE("a varint has the bytes that Kafka's ByteUtils writes") {
    CHECK(written(0) == std::string(1, '\0'));
    CHECK(written(-1) == "\x01");
    CHECK(written(1) == "\x02");
    CHECK(written(63) == "\x7e");
    CHECK(written(-64) == "\x7f");
    CHECK(written(64) == "\x80\x01");
    CHECK(written(8191) == "\xfe\x7f");
    CHECK(written(8192) == "\x80\x80\x01");
    CHECK(written(std::numeric_limits<std::int32_t>::max()) == "\xfe\xff\xff\xff\x0f");
    CHECK(written(std::numeric_limits<std::int32_t>::min()) == "\xff\xff\xff\xff\x0f");
}

TEST_CASE("a varint is read back, and leaves what follows it") {
    for (const std::int32_t value :
         {0, 1, -1, 63, 64, -64, -65, 300, -300, 1 << 30, std::numeric_limits<std::int32_t>::max(),
          std::numeric_limits<std::int32_t>::min()}) {
        const std::string text = written(value) + "rest";
        bytes_view in{std::string_view(text)};
        CHECK(streams::detail::take_varint(in) == value);
        CHECK(in.text() == "rest");
    }
}

TEST_CASE("what ends within a varint, or goes on for too long, is none") {
    for (const std::string_view text : {"", "\x80", "\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff"}) {
        bytes_view in(text);
        CHECK_FALSE(streams::detail::take_varint(in));
    }
}
