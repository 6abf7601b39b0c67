#pragma once

#include <streams/serde/serde.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// A universally unique identifier; in topics the 36 characters of its text, as Java's `UUIDSerializer` writes it.
struct uuid {
    std::array<std::uint8_t, 16> octets{}; ///< in the order of the text

    /// Reads `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, digits in either case. Throws serialization_error for other text.
    [[nodiscard]] static uuid parse(std::string_view text);

    friend bool operator==(const uuid&, const uuid&) = default;
    friend auto operator<=>(const uuid&, const uuid&) = default;
};

/// The 36 characters of the text, digits in lower case.
[[nodiscard]] std::string to_string(const uuid& id);

template <>
struct serde<uuid> {
    static void serialize(const uuid& value, bytes& out);
    static uuid deserialize(bytes_view in) { return uuid::parse(in.text()); }
};

} // namespace streams::inline v0
