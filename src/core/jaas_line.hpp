#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// A value of sasl.jaas.config: `MODULE required OPTION="VALUE" ...;` (Kafka's `JaasConfig`, KIP-85).
struct jaas_line {
    std::string module;
    std::map<std::string, std::string, std::less<>> options{};

    /// Values may stand in double or single quotes, where a backslash takes the next character as it is, or in none.
    /// Throws config_error where the line is something else; the line, which has secrets, is not in it.
    [[nodiscard]] static jaas_line parse(std::string_view text);
};

} // namespace streams::inline v0
