#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace streams::testing_support {

/// What a call throws, as text.
template <class Call>
std::string message_of(Call&& call) {
    try {
        call();
    } catch (const std::exception& e) {
        return e.what();
    }
    return "nothing was thrown";
}

/// Whether a message says something.
inline bool says(std::string_view message, std::string_view part) {
    return message.find(part) != std::string_view::npos;
}

} // namespace streams::testing_support
