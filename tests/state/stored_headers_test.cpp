#include <streams/state/stored_value.hpp>

#include "catch.hpp"

#include <streams/serde/standard.hpp>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

using namespace streams;

namespace {

std::string unhex(std::string_view hex) {
    std::string out;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
    return out;
}

/// What Kafka Streams 4.4.0 stores of `value`: by name, in a store with timestamps and in one of sessions. Made by StoredBytes in
/// tests/conformance/oracle.
std::map<std::string, std::pair<std::string, std::string>> captured() {
    std::ifstream in(STREAMS_SOURCE_DIR "/tests/state/stored_headers.txt");
    std::map<std::string, std::pair<std::string, std::string>> lines;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        std::istringstream parts(line);
        std::string name, value, session;
        parts >> name >> value >> session;
        lines[name] = {unhex(value), unhex(session)};
    }
    return lines;
}

/// The headers of those lines.
std::map<std::string, headers> cases() {
    headers many;
    for (int i = 0; i < 70; ++i) many.add("h" + std::to_string(i), bytes(std::string_view("v" + std::to_string(i))));
    std::string long_value;
    for (int i = 0; i < 7; ++i) long_value += "0123456789";
    return {
        {"none", {}},
        {"one", {{"trace", bytes("4711")}}},
        {"null-value", {{"trace", std::nullopt}}},
        {"empty-value", {{"trace", bytes()}}},
        {"empty-key", {{"", bytes("x")}}},
        {"repeated-key", {{"a", bytes("1")}, {"b", bytes("2")}, {"a", bytes("3")}}},
        {"utf-8", {{"größe", bytes("ü")}}},
        {"long-value", {{"k", bytes(std::string_view(long_value))}}},
        {"many", many},
    };
}

template <class Value>
std::string stored(const Value& value) {
    bytes out;
    detail::stored_value<Value>::serialize({}, value, out);
    return std::string(out.text());
}

} // namespace

TEST_CASE("a value with headers is stored in the bytes of Kafka Streams, and read from them") {
    const auto lines = captured();
    REQUIRE(lines.size() == cases().size());
    for (const auto& [name, headers] : cases()) {
        INFO(name);
        const value_timestamp_headers<std::string> value{"value", 1'700'000'000'000, headers};
        CHECK(stored(value) == lines.at(name).first);
        CHECK(detail::stored_value<value_timestamp_headers<std::string>>::deserialize(
                  {}, bytes_view(std::string_view(lines.at(name).first))) == value);
        const aggregation_with_headers<std::string> session{"value", headers};
        CHECK(stored(session) == lines.at(name).second);
        CHECK(detail::stored_value<aggregation_with_headers<std::string>>::deserialize(
                  {}, bytes_view(std::string_view(lines.at(name).second))) == session);
    }
}

TEST_CASE("a stored value that ends within its headers does not decode") {
    const std::string whole = captured().at("repeated-key").first;
    const auto headers_end = whole.size() - 8 - std::string_view("value").size();
    for (std::size_t size = 0; size < headers_end; ++size) {
        INFO(size);
        bytes_view in{std::string_view(whole).substr(0, size)};
        CHECK_THROWS_AS(detail::cut_stored_headers(in), serialization_error);
    }
    bytes_view in{std::string_view(whole)};
    const bytes_view found = detail::cut_stored_headers(in);
    for (std::size_t size = 1; size < found.size(); ++size) {
        INFO(size);
        CHECK_THROWS_AS(detail::read_stored_headers(found.subview(0, size)), serialization_error);
    }
}
