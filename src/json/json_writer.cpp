#include <streams/json/json_writer.hpp>

#include <streams/core/error.hpp>
#include <streams/json/json_depth.hpp>

#include <simdjson.h>

#include <array>
#include <charconv>
#include <cmath>

namespace streams::inline v0::detail {

namespace {

enum class character : std::uint8_t { plain, escaped, beyond_ascii };

constexpr auto classes = [] {
    std::array<character, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = character::escaped;
    table['"'] = table['\\'] = character::escaped;
    for (std::size_t c = 0x80; c < 256; ++c) table[c] = character::beyond_ascii;
    return table;
}();

void write_escaped(bytes& out, char c) {
    constexpr std::string_view known = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    out.push_back(std::byte{'\\'});
    if (const auto at = known.find(c); at != known.npos) {
        out.push_back(static_cast<std::byte>(letters[at]));
        return;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const char text[] = {'u', '0', '0', digits[static_cast<unsigned char>(c) >> 4],
                         digits[static_cast<unsigned char>(c) & 15]};
    out.append(std::string_view(text, sizeof text));
}

constexpr std::size_t levels_of_array = 2; ///< itself, and an object in it
thread_local std::size_t written_levels = 0;

template <class Number>
void write_number(bytes& out, Number value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out.append(std::string_view(text, static_cast<std::size_t>(end - text)));
}

template <class Number>
void write_finite(bytes& out, Number value) {
    if (!std::isfinite(value))
        throw serialization_error(concat("cannot write ", value,
                                         " as JSON, which has only finite numbers; "
                                         "use a std::optional for what may be unknown"));
    write_number(out, value);
}

} // namespace

void write_json_text(bytes& out, std::string_view text) {
    out.push_back(std::byte{'"'});
    std::size_t written = 0;
    bool ascii = true;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto kind = classes[static_cast<unsigned char>(text[at])];
        if (kind == character::plain) continue;
        if (kind == character::beyond_ascii) {
            ascii = false;
            continue;
        }
        out.append(text.substr(written, at - written));
        write_escaped(out, text[at]);
        written = at + 1;
    }
    if (!ascii && !simdjson::validate_utf8(text.data(), text.size()))
        throw serialization_error(concat("cannot write a text of ", text.size(),
                                         " bytes as JSON, because it is not UTF-8; convert it before"));
    out.append(text.substr(written));
    out.push_back(std::byte{'"'});
}

void write_json_integer(bytes& out, std::int64_t value) { write_number(out, value); }
void write_json_unsigned(bytes& out, std::uint64_t value) { write_number(out, value); }
void write_json_double(bytes& out, double value) { write_finite(out, value); }
void write_json_float(bytes& out, float value) { write_finite(out, value); }

json_writing_level::json_writing_level() {
    if (written_levels + levels_of_array > deepest_json)
        throw serialization_error(concat("cannot write a value as JSON that is nested more than ", deepest_json,
                                         " arrays and objects deep; write its parts as records of their own"));
    written_levels += levels_of_array;
}

json_writing_level::~json_writing_level() { written_levels -= levels_of_array; }

} // namespace streams::inline v0::detail
