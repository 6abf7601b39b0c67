#include <streams/state/stored_value.hpp>

#include <streams/core/error.hpp>

#include <algorithm>
#include <string>

namespace streams::inline v0::detail {

namespace {

constexpr std::size_t shown_bytes = 40;

/// As text where all of it can be printed, else in hexadecimal; the first bytes of a long one.
std::string shown(bytes_view key) {
    const std::string_view text = key.subview(0, shown_bytes).text();
    const char* const rest = key.size() > shown_bytes ? "..." : "";
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::all_of(text.begin(), text.end(), printable)) return concat("'", text, rest, "'");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex = "0x";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte / 16];
        hex += digits[byte % 16];
    }
    return hex + rest;
}

} // namespace

void throw_undecodable_entry(std::string_view store, bytes_view key, std::string_view part,
                             const std::exception& cause) {
    throw serialization_error(
        concat("store ", store, " holds under key ", shown(key), " a ", part,
               " that does not decode as the type it is read as (", std::string_view(cause.what()),
               "): it was written by another version of the program, or with another serde; let the serde read the old "
               "bytes too, "
               "give the store a new name, or reset the application and let it read its input again"));
}

} // namespace streams::inline v0::detail
