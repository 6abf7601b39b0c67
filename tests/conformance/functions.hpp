#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace conformance {

/// A key or value of a vector: null, text or number.
using cell = std::variant<std::monostate, std::string, std::int64_t>;

/// A function that a vector names: `name` or `name:argument`.
struct function {
    std::string name;
    std::string argument;

    [[nodiscard]] static function parse(const std::string& text);
    [[nodiscard]] std::int64_t number() const { return std::stoll(argument); }
};

/// As Java prints it into text.
[[nodiscard]] std::string printed(const cell& value);

[[nodiscard]] bool predicate(const function& f, const cell& key, const cell& value);
[[nodiscard]] cell new_value(const function& f, const cell& key, const cell& value);
[[nodiscard]] cell new_key(const function& f, const cell& key, const cell& value);
/// Pairs of key and value.
[[nodiscard]] std::vector<std::pair<cell, cell>> flattened(const function& f, const cell& key, const cell& value);
[[nodiscard]] cell joined(const function& f, const cell& left, const cell& right);
[[nodiscard]] cell initial(const function& f);
[[nodiscard]] cell aggregated(const function& f, const cell& key, const cell& value, const cell& aggregate);
/// Of two sessions.
[[nodiscard]] cell merged(const function& f, const cell& one, const cell& other);
[[nodiscard]] cell reduced(const function& f, const cell& aggregate, const cell& value);

} // namespace conformance
