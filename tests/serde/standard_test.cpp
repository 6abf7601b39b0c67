#include "catch.hpp"

#include <streams/serde/standard.hpp>

#include <limits>
#include <optional>

using namespace std::string_view_literals;
using streams::bytes;
using streams::bytes_view;
using streams::serde;
using streams::serialization_error;

namespace {

template <class T>
std::string written(const T& value) {
    bytes out;
    serde<T>::serialize(value, out);
    return std::string(out.text());
}

template <class T>
T read_back(const T& value) {
    return serde<T>::deserialize(bytes_view(std::string_view(written(value))));
}

template <class T>
T read(std::string_view text) {
    return serde<T>::deserialize(bytes_view(text));
}

} // namespace

TEST_CASE("integers are written as Java's Short, Integer and Long") {
    CHECK(written(std::int16_t{258}) == "\x01\x02"sv);
    CHECK(written(std::int32_t{-2}) == "\xff\xff\xff\xfe"sv);
    CHECK(written(std::int64_t{1}) == "\0\0\0\0\0\0\0\1"sv);
    CHECK(written(std::int8_t{-1}) == "\xff"sv);
    CHECK(written(std::numeric_limits<std::uint32_t>::max()) == "\xff\xff\xff\xff"sv);
}

TEST_CASE("floating point numbers are written as Java's Float and Double") {
    CHECK(written(1.5) == "\x3f\xf8\0\0\0\0\0\0"sv);
    CHECK(written(-0.0) == "\x80\0\0\0\0\0\0\0"sv);
    CHECK(written(1.5f) == "\x3f\xc0\0\0"sv);
}

TEST_CASE("numbers read back what was written") {
    CHECK(read_back(std::numeric_limits<std::int64_t>::min()) == std::numeric_limits<std::int64_t>::min());
    CHECK(read_back(std::numeric_limits<std::uint64_t>::max()) == std::numeric_limits<std::uint64_t>::max());
    CHECK(read_back(std::int8_t{-7}) == -7);
    CHECK(read_back(3.25f) == 3.25f);
    CHECK(read_back(-1e300) == -1e300);
    CHECK(read_back(true));
    CHECK_FALSE(read_back(false));
}

TEST_CASE("text and bytes are written as they are") {
    CHECK(written(std::string("grüße")) == "grüße");
    CHECK(read_back(std::string("a\0b", 3)) == std::string("a\0b", 3));
    CHECK(read_back(bytes("\x01\x02"sv)) == bytes("\x01\x02"sv));
    CHECK(read<std::string>("").empty());
}

TEST_CASE("views refer into the bytes they were read from") {
    const std::string_view text = "some text";
    CHECK(read<std::string_view>(text).data() == text.data());
    CHECK(read<bytes_view>(text).text().data() == text.data());
    CHECK(streams::borrows_from_record<std::string_view>);
    CHECK(streams::borrows_from_record<bytes_view>);
    CHECK_FALSE(streams::borrows_from_record<std::string>);
}

TEST_CASE("a number of another size is refused with both sizes") {
    CHECK_THROWS_WITH(read<std::int64_t>("1234"),
                      "cannot read an integer of 8 bytes from 4 bytes: the data was written as another type; declare "
                      "that one");
    CHECK_THROWS_WITH(read<bool>(""), containing("a bool of 1 byte from 0 bytes"));
    CHECK_THROWS_AS(read<double>("123456789"), serialization_error);
    CHECK_THROWS_AS(read<float>("123"), serialization_error);
}

TEST_CASE("a bool is no other byte than 0 or 1") {
    CHECK_THROWS_WITH(read<bool>("\x02"), "cannot read a bool from byte 2: it is 0 or 1");
}

TEST_CASE("an optional is written as its value, or as null") {
    bytes out;
    CHECK(streams::encode(std::optional<std::int16_t>(1), out));
    CHECK(out.text() == "\0\1"sv);
    CHECK_FALSE(streams::encode(std::optional<std::int16_t>(), out));
    CHECK(out.size() == 2);
    CHECK(streams::decode<std::optional<std::int16_t>>(bytes_view(out)) == std::int16_t{1});
    CHECK(streams::decode<std::optional<std::int16_t>>(std::nullopt) == std::nullopt);
}

TEST_CASE("null is refused where the type admits none") {
    CHECK_THROWS_AS(streams::decode<std::string>(std::nullopt), serialization_error);
}

TEST_CASE("a void is null in both directions") {
    bytes out;
    CHECK_FALSE(streams::encode(std::monostate(), out));
    CHECK(out.empty());
    CHECK(streams::decode<std::monostate>(std::nullopt) == std::monostate());
    CHECK_THROWS_WITH(streams::decode<std::monostate>(bytes_view("x"sv)), containing("always null"));
}

TEST_CASE("characters and types without a serde have none by accident") {
    struct unknown {};
    CHECK_FALSE(streams::has_serde<char>);
    CHECK_FALSE(streams::has_serde<unknown>);
    CHECK(streams::has_serde<long long>);
}
