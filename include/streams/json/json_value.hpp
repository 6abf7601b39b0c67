#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The compiled half of streams::json for reading: what knows the parser, and no user type.
namespace streams::inline v0::detail {

struct json_field;

/// A value of the document that is being parsed; can be read once. Every reader throws where the value is of another
/// type, or is no JSON; parse_json makes a serialization_error of that.
class json_value {
public:
    explicit json_value(void* parser_value) noexcept : value_(parser_value) {}

    [[nodiscard]] bool is_null() const;
    void read(std::string& to) const;
    void read(bool& to) const;
    void read(double& to) const;
    void read(float& to) const;
    [[nodiscard]] std::int64_t integer(std::int64_t least, std::int64_t most) const;
    [[nodiscard]] std::uint64_t unsigned_integer(std::uint64_t most) const;
    /// Calls `take` with each element of an array, and with `all`.
    void each_element(void* all, void (*take)(json_value element, void* all)) const;
    /// Reads the members of an object into `owner`.
    void object(std::span<const json_field> fields, void* owner) const;

private:
    void* value_;
};

/// How one member of a struct is read.
struct json_field {
    std::string_view name;
    void (*read)(json_value from, void* owner);
    void (*clear)(void* owner); ///< for a member that is missing; null: it must not be
};

/// Parses one object into `owner`. Throws serialization_error. On any thread; not from within itself.
void parse_json(bytes_view text, std::span<const json_field> fields, void* owner);

} // namespace streams::inline v0::detail
