#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// Reads Java's properties format: `name=value`, `name: value` or `name value` a line, comments after `#` or `!`, a
/// backslash at the end continues the line, `\t \n \r \f \uXXXX` are escapes. Of equal names the last wins. Text is UTF-8.
/// Throws config_error for a malformed escape.
[[nodiscard]] std::map<std::string, std::string> parse_properties(std::string_view text);

/// parse_properties of a file. Throws config_error where it cannot be read.
[[nodiscard]] std::map<std::string, std::string> read_properties(const std::filesystem::path& file);

} // namespace streams::inline v0
