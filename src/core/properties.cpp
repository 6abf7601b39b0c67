#include <streams/core/properties.hpp>

#include <streams/core/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>

namespace streams::inline v0 {

namespace {

constexpr std::string_view blanks = " \t\f";

/// Takes the first logical line off `rest`: continued lines joined, the blanks before each of them left out.
std::string next_line(std::string_view& rest) {
    std::string line;
    for (bool more = true; more && !rest.empty();) {
        const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
        auto part = rest.substr(0, end);
        const bool crlf = rest.substr(end).starts_with("\r\n");
        rest.remove_prefix(std::min(end + (crlf ? 2 : 1), rest.size()));

        part.remove_prefix(std::min(part.find_first_not_of(blanks), part.size()));
        const bool comment = line.empty() && (part.starts_with('#') || part.starts_with('!'));
        const auto last = part.find_last_not_of('\\');
        const auto backslashes = part.size() - (last == part.npos ? 0 : last + 1);
        more = !comment && backslashes % 2 == 1;
        if (more) part.remove_suffix(1);
        if (!comment) line += part;
    }
    return line;
}

/// Appends a character of the basic plane as UTF-8.
void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

/// Appends what the escape at the front of `text`, after its backslash, stands for, and takes it off.
void take_escape(std::string& out, std::string_view& text) {
    if (text.empty()) return;
    const char letter = text.front();
    text.remove_prefix(1);
    switch (letter) {
    case 't':
        out += '\t';
        return;
    case 'n':
        out += '\n';
        return;
    case 'r':
        out += '\r';
        return;
    case 'f':
        out += '\f';
        return;
    case 'u':
        break;
    default:
        out += letter;
        return;
    }
    std::uint32_t code = 0;
    const auto digits = text.substr(0, 4);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || end != digits.data() + 4)
        throw config_error(
            concat("\\u", digits, " in a properties file is malformed; it takes four hexadecimal digits"));
    text.remove_prefix(4);
    append_utf8(out, code);
}

/// Takes text off `rest` up to one of `ends`, or all of it.
std::string take_until(std::string_view& rest, std::string_view ends) {
    std::string text;
    while (!rest.empty() && ends.find(rest.front()) == ends.npos) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == '\\')
            take_escape(text, rest);
        else
            text += c;
    }
    return text;
}

void skip(std::string_view& rest, std::string_view any_of) {
    rest.remove_prefix(std::min(rest.find_first_not_of(any_of), rest.size()));
}

} // namespace

std::map<std::string, std::string> parse_properties(std::string_view text) {
    std::map<std::string, std::string> properties;
    while (!text.empty()) {
        const std::string line = next_line(text);
        if (line.empty()) continue;
        std::string_view rest = line;
        auto name = take_until(rest, "=: \t\f");
        skip(rest, blanks);
        if (rest.starts_with('=') || rest.starts_with(':')) rest.remove_prefix(1);
        skip(rest, blanks);
        properties.insert_or_assign(std::move(name), take_until(rest, ""));
    }
    return properties;
}

std::map<std::string, std::string> read_properties(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in.is_open() || in.bad())
        throw config_error(
            concat("cannot read the configuration file ", file.string(), "; check its path and permissions"));
    return parse_properties(text);
}

} // namespace streams::inline v0
