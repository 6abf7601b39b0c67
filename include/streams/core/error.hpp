#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace streams::inline v0 {

/// Base of every exception of this library. A message reads: thing, cause, remedy.
class streams_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The topology is wrong: thrown while it is built, before anything starts.
class topology_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// A configuration name is unknown or a value impossible: thrown before anything starts.
class config_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// Bytes do not decode into the type asked for, or a null came where the type admits none.
class serialization_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// A state store cannot be opened, read or written (Kafka's `ProcessorStateException`).
class state_error : public streams_error {
public:
    using streams_error::streams_error;
};

namespace detail {
inline void append_to(std::string& out, std::string_view text) { out += text; }
inline void append_to(std::string& out, char character) { out += character; }
template <class Number>
    requires std::is_arithmetic_v<Number>
void append_to(std::string& out, Number number) {
    out += std::to_string(number);
}
} // namespace detail

/// Joins texts and numbers into one message.
template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts) {
    std::string out;
    (detail::append_to(out, parts), ...);
    return out;
}

} // namespace streams::inline v0
