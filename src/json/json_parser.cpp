#include <streams/json/json_value.hpp>

#include "src/core/memory_limits.hpp"

#include <streams/core/error.hpp>
#include <streams/json/json_depth.hpp>

#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

namespace streams::inline v0::detail {

namespace {

namespace ondemand = simdjson::ondemand;

/// What went wrong and where: the path is completed on the way out.
struct json_failure {
    std::string cause;
    std::string path{};

    void inside(std::string_view outer) {
        path.insert(0, !path.empty() && path.front() != '[' ? concat(outer, '.') : std::string(outer));
    }
};

[[noreturn]] void fail(simdjson::error_code error) {
    throw json_failure{concat("is no JSON: ", simdjson::error_message(error))};
}

std::string_view name_of(ondemand::json_type type) {
    switch (type) {
    case ondemand::json_type::array:
        return "an array";
    case ondemand::json_type::object:
        return "an object";
    case ondemand::json_type::number:
        return "a number";
    case ondemand::json_type::string:
        return "a text";
    case ondemand::json_type::boolean:
        return "a bool";
    case ondemand::json_type::null:
        return "null";
    }
    return "no value";
}

/// Says why a number could not be read: it is none, it is beyond a double, or it is not of the kind that is `wanted`.
[[noreturn]] void refuse_number(ondemand::value& value, std::string_view wanted) {
    constexpr std::string_view spaces = " \t\r\n";
    std::string_view text = value.raw_json_token();
    text = text.substr(0, text.find_last_not_of(spaces) + 1);
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range)
        throw json_failure{concat("is ", text, ", which is beyond the numbers that a double holds")};
    if (error != std::errc() || end != text.data() + text.size()) throw json_failure{concat("is no number: ", text)};
    throw json_failure{concat("is ", text, ", but must be ", wanted)};
}

/// Says why a value could not be read as `wanted`.
[[noreturn]] void refuse(ondemand::value& value, simdjson::error_code error, std::string_view wanted) {
    if (error == simdjson::NUMBER_ERROR || error == simdjson::NUMBER_OUT_OF_RANGE) refuse_number(value, wanted);
    const auto type = value.type();
    if (type.error() == simdjson::SUCCESS && error == simdjson::INCORRECT_TYPE) {
        const auto found = name_of(type.value_unsafe());
        throw json_failure{found == wanted ? concat("is ", found, ", but not a whole one")
                                           : concat("is ", found, ", but must be ", wanted)};
    }
    fail(error);
}

/// A level of the document, for as long as it is read.
class nesting_level {
public:
    nesting_level() {
        if (levels_ == deepest_json)
            throw json_failure{concat("is nested more than ", deepest_json, " arrays and objects deep")};
        ++levels_;
    }
    ~nesting_level() { --levels_; }
    nesting_level(const nesting_level&) = delete;
    nesting_level& operator=(const nesting_level&) = delete;

private:
    static thread_local std::size_t levels_;
};
thread_local std::size_t nesting_level::levels_ = 0;

/// A thread's parser and the padded copy of the text that it needs.
struct parser_of_thread {
    ondemand::parser parser;
    std::string padded;
};

bool has_escapes(const char* raw) noexcept {
    while (*raw != '"' && *raw != '\\') ++raw;
    return *raw == '\\';
}

/// The position of the field that a member belongs to, or fields.size(). Tries `expected` first: members mostly come in
/// the order of the struct.
std::size_t find_field(ondemand::field& member, std::span<const json_field> fields, std::size_t expected) {
    const auto key = member.key();
    if (expected < fields.size() && key.unsafe_is_equal(fields[expected].name)) return expected;
    std::size_t at = 0;
    while (at < fields.size() && !key.unsafe_is_equal(fields[at].name)) ++at;
    if (at < fields.size() || !has_escapes(key.raw())) return at;

    std::string_view name;
    if (const auto error = member.unescaped_key().get(name)) fail(error);
    for (at = 0; at < fields.size() && fields[at].name != name;) ++at;
    return at;
}

void read_object(ondemand::object& object, std::span<const json_field> fields, void* owner) {
    const nesting_level level;
    std::uint64_t seen = 0;
    std::size_t expected = 0;
    for (auto next : object) {
        if (next.error()) fail(next.error());
        ondemand::field& member = next.value_unsafe();
        const std::size_t at = find_field(member, fields, expected);
        if (at == fields.size()) continue;
        try {
            fields[at].read(json_value(&member.value()), owner);
        } catch (json_failure& failure) {
            failure.inside(fields[at].name);
            throw;
        }
        seen |= std::uint64_t{1} << at;
        expected = at + 1;
    }
    for (std::size_t at = 0; at < fields.size(); ++at) {
        if ((seen >> at & 1) != 0) continue;
        if (!fields[at].clear) throw json_failure{"is missing", std::string(fields[at].name)};
        fields[at].clear(owner);
    }
}

/// Some editors and exports begin a text with it; it says nothing in UTF-8.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A path that a person can read: of one that is nested deep, both ends.
std::string shortened(std::string_view path) {
    constexpr std::size_t end = 80;
    if (path.size() <= 2 * end + 5) return std::string(path);
    return concat(path.substr(0, end), " ... ", path.substr(path.size() - end));
}

ondemand::value& value_behind(void* erased) noexcept { return *static_cast<ondemand::value*>(erased); }

void parse_document(ondemand::parser& parser, simdjson::padded_string_view text, std::span<const json_field> fields,
                    void* owner) {
    ondemand::document document;
    if (const auto error = parser.iterate(text).get(document)) fail(error);
    ondemand::object object;
    if (const auto error = document.get_object().get(object)) {
        if (error == simdjson::INCORRECT_TYPE) throw json_failure{"is no JSON object"};
        fail(error);
    }
    read_object(object, fields, owner);
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
        throw json_failure{"is no JSON: there is more text after the object"};
}

} // namespace

bool json_value::is_null() const {
    bool null = false;
    // Newer releases answer with a result, older ones with a bool.
    if (const auto error = simdjson::simdjson_result<bool>(value_behind(value_).is_null()).get(null)) fail(error);
    return null;
}

void json_value::read(std::string& to) const {
    auto& value = value_behind(value_);
    std::string_view text;
    if (const auto error = value.get_string().get(text)) refuse(value, error, "a text");
    to.assign(text);
}

void json_value::read(bool& to) const {
    auto& value = value_behind(value_);
    if (const auto error = value.get_bool().get(to)) refuse(value, error, "a bool");
}

void json_value::read(double& to) const {
    auto& value = value_behind(value_);
    if (const auto error = value.get_double().get(to)) refuse(value, error, "a number");
}

void json_value::read(float& to) const {
    double wide = 0;
    read(wide);
    if (std::abs(wide) > std::numeric_limits<float>::max())
        throw json_failure{concat("is ", wide, ", which is beyond the numbers that a float holds")};
    to = static_cast<float>(wide);
}

std::int64_t json_value::integer(std::int64_t least, std::int64_t most) const {
    auto& value = value_behind(value_);
    std::int64_t number = 0;
    if (const auto error = value.get_int64().get(number)) refuse(value, error, "a whole number that fits its type");
    if (number < least || number > most)
        throw json_failure{concat("is ", number, ", but must be from ", least, " to ", most)};
    return number;
}

std::uint64_t json_value::unsigned_integer(std::uint64_t most) const {
    auto& value = value_behind(value_);
    std::uint64_t number = 0;
    if (const auto error = value.get_uint64().get(number))
        refuse(value, error, "a whole number of 0 or more that fits its type");
    if (number > most) throw json_failure{concat("is ", number, ", but must be from 0 to ", most)};
    return number;
}

void json_value::each_element(void* all, void (*take)(json_value element, void* all)) const {
    auto& value = value_behind(value_);
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) refuse(value, error, "an array");
    const nesting_level level;
    std::size_t index = 0;
    for (auto next : array) {
        if (next.error()) fail(next.error());
        try {
            take(json_value(&next.value_unsafe()), all);
        } catch (json_failure& failure) {
            failure.inside(concat('[', index, ']'));
            throw;
        }
        ++index;
    }
}

void json_value::object(std::span<const json_field> fields, void* owner) const {
    auto& value = value_behind(value_);
    ondemand::object object;
    if (const auto error = value.get_object().get(object)) refuse(value, error, "an object");
    read_object(object, fields, owner);
}

void parse_json(bytes_view text, std::span<const json_field> fields, void* owner) {
    if (text.text().starts_with(byte_order_mark)) text = bytes_view(text.text().substr(byte_order_mark.size()));
    thread_local parser_of_thread own;
    const std::size_t needed = text.size() + simdjson::SIMDJSON_PADDING;
    if (own.padded.size() > memory::kept_json_text && needed <= memory::kept_json_text) own = parser_of_thread();
    if (own.padded.size() < needed) own.padded.resize(needed);
    if (!text.empty()) std::memcpy(own.padded.data(), text.data(), text.size());
    try {
        parse_document(own.parser, simdjson::padded_string_view(own.padded.data(), text.size(), own.padded.size()),
                       fields, owner);
    } catch (const json_failure& failure) {
        const auto subject =
            failure.path.empty() ? std::string("the value") : concat("JSON member \"", shortened(failure.path), '"');
        throw serialization_error(
            concat(subject, ' ', failure.cause, "; correct what writes it, or the type it is read as"));
    }
}

} // namespace streams::inline v0::detail
