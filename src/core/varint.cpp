#include <streams/core/detail/varint.hpp>

namespace streams::inline v0::detail {

namespace {

constexpr unsigned bits_in_byte = 7;
constexpr std::uint32_t more = 0x80; // another byte follows

} // namespace

void append_varint(bytes& out, std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    std::uint32_t left = (bits << 1) ^ (value < 0 ? ~std::uint32_t{0} : 0);
    for (; left >= more; left >>= bits_in_byte) out.push_back(static_cast<std::byte>((left & (more - 1)) | more));
    out.push_back(static_cast<std::byte>(left));
}

std::optional<std::int32_t> take_varint(bytes_view& in) noexcept {
    std::uint32_t raw = 0;
    for (unsigned shift = 0; shift < longest_varint * bits_in_byte && !in.empty(); shift += bits_in_byte) {
        const auto octet = std::to_integer<std::uint32_t>(in[0]);
        in = in.subview(1);
        raw |= (octet & (more - 1)) << shift;
        if (octet & more) continue;
        return static_cast<std::int32_t>((raw >> 1) ^ (raw & 1 ? ~std::uint32_t{0} : 0));
    }
    return std::nullopt;
}

} // namespace streams::inline v0::detail
