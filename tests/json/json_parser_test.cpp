#include "catch.hpp"

#include <streams/json/json.hpp>
#include <streams/serde/standard.hpp>

#include <cmath>
#include <limits>

using streams::bytes;
using streams::bytes_view;
using streams::serde;
using streams::serialization_error;

namespace {

struct place {
    std::string city;
    std::optional<std::int32_t> floor;
    friend bool operator==(const place&, const place&) = default;
};

struct order {
    std::string id;
    double amount = 0;
    std::int8_t priority = 0;
    std::uint16_t parts = 0;
    bool paid = false;
    std::optional<std::string> note;
    std::vector<std::int64_t> marks;
    place to;
    std::vector<place> stops;
    friend bool operator==(const order&, const order&) = default;
};

struct reading {
    float value = 0;
};

struct branch {
    std::vector<branch> branches;
};

} // namespace

template <>
struct streams::json_members<reading> {
    static constexpr auto members = std::tuple{json_member{"value", &reading::value}};
};
template <>
struct streams::serde<reading> : streams::json<reading> {};

template <>
struct streams::json_members<branch> {
    static constexpr auto members = std::tuple{json_member{"branches", &branch::branches}};
};
template <>
struct streams::serde<branch> : streams::json<branch> {};

template <>
struct streams::json_members<place> {
    static constexpr auto members = std::tuple{json_member{"city", &place::city}, json_member{"floor", &place::floor}};
};
template <>
struct streams::serde<place> : streams::json<place> {};

template <>
struct streams::json_members<order> {
    static constexpr auto members = std::tuple{json_member{"id", &order::id},
                                               json_member{"amount", &order::amount},
                                               json_member{"priority", &order::priority},
                                               json_member{"parts", &order::parts},
                                               json_member{"paid", &order::paid},
                                               json_member{"note", &order::note},
                                               json_member{"marks", &order::marks},
                                               json_member{"to", &order::to},
                                               json_member{"stops", &order::stops}};
};
template <>
struct streams::serde<order> : streams::json<order> {};

namespace {

template <class T>
T read(std::string_view text) {
    return serde<T>::deserialize(bytes_view(text));
}

template <class T>
std::string written(const T& value) {
    bytes out;
    serde<T>::serialize(value, out);
    return std::string(out.text());
}

branch nested(int depth) {
    branch outermost;
    branch* innermost = &outermost;
    for (; depth > 0; --depth) innermost = &innermost->branches.emplace_back();
    return outermost;
}

int depth_of(const branch& outermost) {
    int depth = 0;
    for (const branch* at = &outermost; !at->branches.empty(); at = &at->branches.front()) ++depth;
    return depth;
}

const order full{
    "A-1", 12.5, -3, 7, true, "left\n\"here\"", {1, -2}, {"Köln", 4}, {{"Bonn", std::nullopt}, {"Trier", 0}}};

/// The smallest order that reads, with one more member.
std::string with(std::string_view member) {
    return streams::concat(
        R"({"id":"a","amount":1,"priority":1,"parts":1,"paid":true,"marks":[],"to":{"city":""},"stops":[])",
        member.empty() ? "" : ",", member, "}");
}

} // namespace

TEST_CASE("a struct is written without spaces, in the order of its list") {
    CHECK(written(full) == R"({"id":"A-1","amount":12.5,"priority":-3,"parts":7,"paid":true,"note":"left\n\"here\"",)"
                           R"("marks":[1,-2],"to":{"city":"Köln","floor":4},)"
                           R"("stops":[{"city":"Bonn","floor":null},{"city":"Trier","floor":0}]})");
}

TEST_CASE("a struct reads back what was written") {
    CHECK(read<order>(written(full)) == full);
    CHECK(read<order>(written(order{})) == order{});
}

TEST_CASE("members are found in any order, between others and with spaces around") {
    const auto found =
        read<place>(R"( { "x" : [ {"city":"no"} ] , "floor" : 3 , "y" : { "floor" : 9 } , "city" : "Ulm" } )");
    CHECK(found == place{"Ulm", 3});
}

TEST_CASE("a member's name may be written with escapes") { CHECK(read<place>(R"({"c\u0069ty":"Ulm"})").city == "Ulm"); }

TEST_CASE("of repeated members the last one counts") { CHECK(read<place>(R"({"city":"a","city":"b"})").city == "b"); }

TEST_CASE("text is unescaped") {
    CHECK(read<place>(R"({"city":"\u004b\u00f6ln \ud83d\ude00\t\/"})").city == "Köln 😀\t/");
}

TEST_CASE("control characters, quotes and backslashes are escaped") {
    CHECK(written(place{std::string("\0\x1f\b\f\r\t\\", 7), std::nullopt}) ==
          R"({"city":"\u0000\u001f\b\f\r\t\\","floor":null})");
}

TEST_CASE("an optional member may be null or missing") {
    CHECK(read<place>(R"({"city":"Ulm","floor":null})").floor == std::nullopt);
    CHECK(read<place>(R"({"city":"Ulm"})").floor == std::nullopt);
}

TEST_CASE("reading into an object replaces all of it") {
    place reused{"old", 7};
    serde<place>::deserialize_into(bytes_view(std::string_view(R"({"city":"new"})")), reused);
    CHECK(reused == place{"new", std::nullopt});
    auto again = full;
    serde<order>::deserialize_into(bytes_view(std::string_view(with(""))), again);
    CHECK(again.marks.empty());
    CHECK(again.note == std::nullopt);
}

TEST_CASE("a missing member is an error that names it") {
    CHECK_THROWS_WITH(read<place>(R"({"floor":1})"),
                      "JSON member \"city\" is missing; correct what writes it, or the type it is read as");
    CHECK_THROWS_WITH(read<place>("{}"), containing("\"city\" is missing"));
}

TEST_CASE("a member of another type is an error that names it and both types") {
    CHECK_THROWS_WITH(read<place>(R"({"city":5})"), containing("JSON member \"city\" is a number, but must be a text"));
    CHECK_THROWS_WITH(read<place>(R"({"city":null})"), containing("\"city\" is null, but must be a text"));
    CHECK_THROWS_WITH(read<order>(with(R"("paid":"yes")")), containing("\"paid\" is a text, but must be a bool"));
    CHECK_THROWS_WITH(read<order>(with(R"("amount":"1")")), containing("\"amount\" is a text, but must be a number"));
    CHECK_THROWS_WITH(read<order>(with(R"("marks":{})")), containing("\"marks\" is an object, but must be an array"));
    CHECK_THROWS_WITH(read<order>(with(R"("to":[])")), containing("\"to\" is an array, but must be an object"));
}

TEST_CASE("errors name the path to a member") {
    CHECK_THROWS_WITH(read<order>(with(R"("to":{"city":1})")), containing("\"to.city\" is a number"));
    CHECK_THROWS_WITH(read<order>(with(R"("to":{})")), containing("\"to.city\" is missing"));
    CHECK_THROWS_WITH(read<order>(with(R"("stops":[{"city":""},{"city":"","floor":"x"}])")),
                      containing("\"stops[1].floor\" is a text"));
    CHECK_THROWS_WITH(read<order>(with(R"("marks":[1,2,true])")), containing("\"marks[2]\" is a bool"));
}

TEST_CASE("a number outside of its member's type is an error that says the range") {
    CHECK_THROWS_WITH(read<order>(with(R"("priority":128)")),
                      containing("\"priority\" is 128, but must be from -128 to 127"));
    CHECK_THROWS_WITH(read<order>(with(R"("parts":65536)")), containing("from 0 to 65535"));
    CHECK_THROWS_WITH(read<order>(with(R"("parts":-1)")), containing("\"parts\""));
    CHECK_THROWS_WITH(read<order>(with(R"("marks":[9223372036854775808])")), containing("\"marks[0]\""));
    CHECK_THROWS_WITH(read<order>(with(R"("priority":1.5)")), containing("must be a whole number"));
    CHECK(read<order>(with(R"("priority":127)")).priority == 127);
}

TEST_CASE("text that is no JSON object is an error") {
    for (const auto* text :
         {"", " ", "5", "[]", "null", "\"x\"", "{", "{\"city\":\"x\"", "{\"city\":\"x}", "{\"city\" \"x\"}",
          "{\"city\":}", "{\"city\":tru}", "{\"city\":\"x\"} {}", "{\"city\":\"x\"},", "{\"city\":\"\\q\"}"}) {
        INFO(text);
        CHECK_THROWS_AS(read<place>(text), serialization_error);
    }
}

TEST_CASE("bytes that are not UTF-8 are an error in both directions") {
    CHECK_THROWS_WITH(read<place>("{\"city\":\"\xff\"}"), containing("UTF-8"));
    CHECK_THROWS_WITH(written(place{"\xc3", std::nullopt}), containing("UTF-8"));
}

TEST_CASE("a parser works on after an error") {
    CHECK_THROWS_AS(read<place>("{\"city\":\"\xff\"}"), serialization_error);
    CHECK_THROWS_AS(read<order>(with(R"("stops":[{"city":1}])")), serialization_error);
    CHECK(read<place>(R"({"city":"Ulm"})").city == "Ulm");
}

TEST_CASE("numbers that JSON does not have are refused") {
    auto value = full;
    value.amount = std::nan("");
    CHECK_THROWS_WITH(written(value), containing("finite"));
    value.amount = std::numeric_limits<double>::infinity();
    CHECK_THROWS_AS(written(value), serialization_error);
}

TEST_CASE("floating point numbers read back exactly") {
    for (const double number : {0.1, 1e300, -5e-324, 1.0 / 3, 123456789.0}) {
        auto value = full;
        value.amount = number;
        CHECK(read<order>(written(value)).amount == number);
    }
}

TEST_CASE("a number beyond a floating point type is an error that says so") {
    CHECK_THROWS_WITH(read<order>(with(R"("amount":1e400)")),
                      containing("\"amount\" is 1e400, which is beyond the numbers that a double holds"));
    CHECK_THROWS_WITH(read<order>(with(R"("amount": -1e400 )")), containing("\"amount\" is -1e400, which is beyond"));
    CHECK_THROWS_WITH(read<order>(with(R"("amount":1.5.2)")), containing("\"amount\" is no number: 1.5.2"));
    CHECK_THROWS_WITH(read<reading>(R"({"value":-1e39})"), containing("beyond the numbers that a float holds"));
    CHECK(read<reading>(R"({"value":3.4e38})").value == 3.4e38F);
}

TEST_CASE("a byte order mark before the object is skipped") {
    CHECK(read<place>("\xef\xbb\xbf{\"city\":\"Ulm\"}").city == "Ulm");
    CHECK_THROWS_AS(read<place>("\xef\xbb\xbf"), serialization_error);
    CHECK_THROWS_AS(read<place>("\xef\xbb\xbf\xef\xbb\xbf{\"city\":\"Ulm\"}"), serialization_error);
}

TEST_CASE("what is nested up to the bound is written and read") {
    const auto text = written(nested(499));
    CHECK(depth_of(read<branch>(text)) == 499);
    CHECK(read<branch>("{\"branches\":[]}").branches.empty());
}

TEST_CASE("what is nested deeper is refused in both directions, and a shallow value passes afterwards") {
    CHECK_THROWS_WITH(written(nested(500)), containing("nested more than 1000 arrays and objects deep"));
    for (const int depth : {500, 20'000, 1'000'000}) {
        std::string text;
        for (int level = 0; level < depth; ++level) text += R"({"branches":[)";
        text += R"({"branches":[]})";
        for (int level = 0; level < depth; ++level) text += "]}";
        CHECK_THROWS_WITH(read<branch>(text), containing("nested more than 1000 arrays and objects deep"));
    }
    CHECK(depth_of(read<branch>(written(nested(3)))) == 3);
}

TEST_CASE("what is nested deep and not read is skipped") {
    std::string text = R"({"else":)";
    for (int level = 0; level < 2'000; ++level) text += R"({"else":[)";
    for (int level = 0; level < 2'000; ++level) text += "]}";
    CHECK(read<place>(text + R"(,"city":"Ulm"})").city == "Ulm");
}

TEST_CASE("a large document is read, and a small one after it") {
    const std::string city(3 << 20, 'x');
    CHECK(read<place>(written(place{city, 1})).city == city);
    CHECK(read<place>(R"({"city":"Ulm"})").city == "Ulm");
}
