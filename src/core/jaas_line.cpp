#include "src/core/jaas_line.hpp"

#include <streams/core/error.hpp>

#include <algorithm>

namespace streams::inline v0 {

namespace {

constexpr std::string_view jaas_blanks = " \t\r\n";

[[noreturn]] void refuse(std::string_view cause) {
    throw config_error(
        concat("sasl.jaas.config ", cause,
               "; write it as MODULE required username=\"...\" password=\"...\"; with a semicolon in the "
               "end"));
}

void skip_blanks(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(jaas_blanks), rest.size()));
}

std::string take_word(std::string_view& rest) {
    skip_blanks(rest);
    const auto size = std::min(rest.find_first_of(" \t\r\n=;\"'"), rest.size());
    std::string word(rest.substr(0, size));
    rest.remove_prefix(size);
    return word;
}

std::string take_value(std::string_view& rest) {
    skip_blanks(rest);
    if (rest.empty() || (rest.front() != '"' && rest.front() != '\'')) return take_word(rest);
    const char quote = rest.front();
    std::string value;
    for (std::size_t at = 1; at < rest.size(); ++at) {
        if (rest[at] == quote) {
            rest.remove_prefix(at + 1);
            return value;
        }
        if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
        value += rest[at];
    }
    refuse("has a quotation mark that none closes");
}

} // namespace

jaas_line jaas_line::parse(std::string_view text) {
    std::string_view rest = text;
    jaas_line line{.module = take_word(rest)};
    if (line.module.empty()) refuse("names no login module");
    if (take_word(rest).empty()) refuse("does not say `required` behind its login module");
    for (skip_blanks(rest); !rest.empty() && rest.front() != ';'; skip_blanks(rest)) {
        auto option = take_word(rest);
        skip_blanks(rest);
        if (option.empty() || !rest.starts_with('=')) refuse("has something other than OPTION=VALUE");
        rest.remove_prefix(1);
        line.options.insert_or_assign(std::move(option), take_value(rest));
    }
    if (rest.empty()) refuse("does not end with a semicolon");
    rest.remove_prefix(1);
    skip_blanks(rest);
    if (!rest.empty()) refuse("names more than one login module");
    return line;
}

} // namespace streams::inline v0
