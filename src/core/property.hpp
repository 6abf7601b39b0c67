#pragma once

#include "src/core/secret_settings.hpp"

#include <streams/core/error.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// One line of a configuration, as text. Its readers throw config_error with the name, the value and what it must be.
struct property {
    std::string_view name;
    std::string_view text;

    /// A whole number in [least, most].
    [[nodiscard]] std::int64_t number(std::int64_t least,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
    /// A whole number of milliseconds, `least` at least.
    [[nodiscard]] std::chrono::milliseconds span(std::int64_t least = 0) const {
        return std::chrono::milliseconds(number(least));
    }
    /// The position of the value among `choices`.
    [[nodiscard]] std::size_t one_of(std::initializer_list<std::string_view> choices) const;

    [[noreturn]] void refuse(std::string_view must_be) const {
        throw config_error(
            concat(name, " is \"", shown(name, text), "\", but must be ", must_be, "; correct the value"));
    }
};

} // namespace streams::inline v0
