#pragma once

#include <regex>
#include <string>

namespace streams::inline v0 {

/// A topic pattern, ready to be compared with names: ECMAScript's grammar without references back.
class topic_expression {
public:
    /// Throws topology_error where `pattern` is no regular expression, or one too long to be matched on a thread's stack.
    explicit topic_expression(const std::string& pattern);

    /// Whether it matches the whole name.
    [[nodiscard]] bool matches(const std::string& topic) const { return std::regex_match(topic, compiled_); }

private:
    std::regex compiled_;
};

} // namespace streams::inline v0
