#pragma once

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <string_view>

/// The compiled half of streams::json for writing; all append to `out`.
namespace streams::inline v0::detail {

/// In quotes and escaped. Throws serialization_error for text that is not UTF-8.
void write_json_text(bytes& out, std::string_view text);
void write_json_integer(bytes& out, std::int64_t value);
void write_json_unsigned(bytes& out, std::uint64_t value);
/// The shortest text that reads back as the same number. Throws serialization_error for NaN and infinite numbers.
void write_json_double(bytes& out, double value);
void write_json_float(bytes& out, float value);

/// An array of objects, for as long as it is written. Throws serialization_error past `deepest_json`.
class json_writing_level {
public:
    json_writing_level();
    ~json_writing_level();
    json_writing_level(const json_writing_level&) = delete;
    json_writing_level& operator=(const json_writing_level&) = delete;
};

} // namespace streams::inline v0::detail
