#include "catch.hpp"

#include <streams/serde/standard.hpp>
#include <streams/serde/windowed.hpp>

#include <limits>

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using streams::bytes;
using streams::serde;
using streams::session_windowed;
using streams::windowed;

TEST_CASE("a time-windowed key is written as key and start") {
    bytes out;
    serde<windowed<std::string>>::serialize({"card", {1, 300'001}}, out);
    CHECK(out.text() == "card\0\0\0\0\0\0\0\1"sv);
}

TEST_CASE("the end of a time window is unknown without its size") {
    bytes out;
    serde<windowed<std::string>>::serialize({"card", {1, 300'001}}, out);
    CHECK(serde<windowed<std::string>>::deserialize(out) ==
          windowed<std::string>{"card", {1, streams::unknown_window_end}});
}

TEST_CASE("the end of a time window follows from its size") {
    const streams::time_windowed_serde<std::string> windows(5min);
    bytes out;
    windows.serialize({"card", {600'000, 900'000}}, out);
    CHECK(windows.deserialize(out) == windowed<std::string>{"card", {600'000, 900'000}});
}

TEST_CASE("a window that would end past the largest time ends there") {
    const auto last = std::numeric_limits<std::int64_t>::max();
    const streams::time_windowed_serde<std::string> windows(5min);
    bytes out;
    windows.serialize({"k", {last - 10, last}}, out);
    CHECK(windows.deserialize(out).window.end == last);
}

TEST_CASE("a session-windowed key is written as key, end and start") {
    bytes out;
    serde<session_windowed<std::int16_t>>::serialize({5, {1, 2}}, out);
    CHECK(out.text() == "\0\5\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1"sv);
    CHECK(serde<session_windowed<std::int16_t>>::deserialize(out) == session_windowed<std::int16_t>{5, {1, 2}});
}

TEST_CASE("windowed keys are placed by the key inside") {
    bytes out;
    serde<session_windowed<std::string>>::serialize({"key", {1, 2}}, out);
    CHECK(serde<session_windowed<std::string>>::placed_by(out).text() == "key");
    out.clear();
    serde<windowed<std::string>>::serialize({"key", {1, 2}}, out);
    CHECK(serde<windowed<std::string>>::placed_by(out).text() == "key");
    CHECK(streams::placed_by_part<windowed<std::string>>);
    CHECK_FALSE(streams::placed_by_part<std::string>);
}

TEST_CASE("a windowed key of a view borrows") {
    CHECK(streams::borrows_from_record<windowed<std::string_view>>);
    CHECK_FALSE(streams::borrows_from_record<windowed<std::string>>);
}

TEST_CASE("bytes too short for a window are refused") {
    const bytes little("1234567"sv);
    CHECK_THROWS_WITH(serde<windowed<std::string>>::deserialize(little),
                      containing("from 7 bytes: it ends with 8 bytes of time"));
    CHECK_THROWS_AS(serde<session_windowed<std::string>>::deserialize(bytes("123456789012345"sv)),
                    streams::serialization_error);
}
