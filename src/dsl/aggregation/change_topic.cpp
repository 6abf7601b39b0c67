#include <streams/dsl/detail/aggregation/change_topic.hpp>

#include <streams/core/detail/varint.hpp>

namespace streams::inline v0::detail {

namespace {

[[noreturn]] void damaged(bytes_view in) {
    throw serialization_error(concat(in.size(), " bytes are no update of a table in the format of KIP-904; only the "
                                                "application itself may write to its repartition topics"));
}

/// Reads a length off the front of `in`.
std::size_t take_length(bytes_view& in) {
    const auto length = take_varint(in);
    if (!length || *length < 0) damaged(in);
    return static_cast<std::size_t>(*length);
}

} // namespace

void insert_varint(bytes& out, std::size_t at, std::uint32_t length) {
    bytes text;
    append_varint(text, static_cast<std::int32_t>(length));
    const std::size_t size = text.size();
    const std::size_t tail = out.size() - at;
    out.extend(size);
    std::byte* const to = out.data() + at;
    std::memmove(to + size, to, tail);
    std::memcpy(to, text.data(), size);
}

change_parts split_change(bytes_view in) {
    if (in.empty()) damaged(in);
    auto content = static_cast<change_content>(in[in.size() - 1]);
    bytes_view body = in.subview(0, in.size() - 1);
    change_parts parts;
    if (content > change_content::both_and_order) damaged(in);
    if (content > change_content::both) {
        if (body.empty()) damaged(in);
        parts.is_latest = body[body.size() - 1] != std::byte{0};
        body = body.subview(0, body.size() - 1);
        content = static_cast<change_content>(static_cast<std::uint8_t>(content) -
                                              static_cast<std::uint8_t>(change_content::old_value_and_order));
    }
    if (content == change_content::old_value) {
        parts.old_value = body;
    } else if (content == change_content::new_value) {
        parts.new_value = body;
    } else {
        const std::size_t size = take_length(body);
        if (size > body.size()) damaged(in);
        parts.new_value = body.subview(0, size);
        parts.old_value = body.subview(size);
    }
    return parts;
}

} // namespace streams::inline v0::detail
