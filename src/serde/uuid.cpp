#include <streams/serde/uuid.hpp>

namespace streams::inline v0 {

namespace {

constexpr std::size_t text_size = 36;

constexpr bool is_dash(std::size_t at) noexcept { return at == 8 || at == 13 || at == 18 || at == 23; }

/// The value of a hexadecimal digit, or 16 for another character.
constexpr unsigned digit_of(char text) noexcept {
    if (text >= '0' && text <= '9') return static_cast<unsigned>(text - '0');
    if (text >= 'a' && text <= 'f') return static_cast<unsigned>(text - 'a') + 10;
    if (text >= 'A' && text <= 'F') return static_cast<unsigned>(text - 'A') + 10;
    return 16;
}

[[noreturn]] void refuse(std::string_view text) {
    throw serialization_error(concat("cannot read a UUID from ", text.size(),
                                     " bytes: its text is 36 characters, 8-4-4-4-12 hexadecimal digits"));
}

void write_text(const uuid& id, char* text) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    std::size_t nibble = 0;
    for (std::size_t at = 0; at < text_size; ++at) {
        if (is_dash(at)) {
            text[at] = '-';
            continue;
        }
        const unsigned octet = id.octets[nibble / 2];
        text[at] = digits[nibble % 2 == 0 ? octet >> 4 : octet & 0xf];
        ++nibble;
    }
}

} // namespace

uuid uuid::parse(std::string_view text) {
    if (text.size() != text_size) refuse(text);
    uuid result;
    std::size_t nibble = 0;
    for (std::size_t at = 0; at < text_size; ++at) {
        if (is_dash(at)) {
            if (text[at] != '-') refuse(text);
            continue;
        }
        const unsigned digit = digit_of(text[at]);
        if (digit > 15) refuse(text);
        auto& octet = result.octets[nibble / 2];
        octet = static_cast<std::uint8_t>(static_cast<unsigned>(octet) << 4 | digit);
        ++nibble;
    }
    return result;
}

std::string to_string(const uuid& id) {
    std::string text(text_size, '\0');
    write_text(id, text.data());
    return text;
}

void serde<uuid>::serialize(const uuid& value, bytes& out) {
    write_text(value, reinterpret_cast<char*>(out.extend(text_size)));
}

} // namespace streams::inline v0
