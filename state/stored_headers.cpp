#include <streams/state/stored_headers.hpp>

#include <streams/core/detail/varint.hpp>
#include <streams/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace streams::inline v0::detail {

namespace {

constexpr std::int32_t null_size = -1;

void append_sized(bytes& out, bytes_view content) {
    append_varint(out, static_cast<std::int32_t>(content.size()));
    out.append(content);
}

[[noreturn]] void damaged(std::string_view part) {
    throw serialization_error(concat("the headers in front of a stored value end within ", part));
}

std::int32_t take_number(bytes_view& in, std::string_view part) {
    const auto number = take_varint(in);
    if (!number) damaged(part);
    return *number;
}

bytes_view take(bytes_view& in, std::int32_t size, std::string_view part) {
    if (size < 0 || static_cast<std::size_t>(size) > in.size()) damaged(part);
    const bytes_view taken = in.subview(0, static_cast<std::size_t>(size));
    in = in.subview(taken.size());
    return taken;
}

} // namespace

void append_some_headers(bytes& out, const headers& from) {
    bytes content;
    append_varint(content, static_cast<std::int32_t>(from.size()));
    for (const header& one : from) {
        append_sized(content, bytes_view(one.key));
        if (one.value)
            append_sized(content, *one.value);
        else
            append_varint(content, null_size);
    }
    append_sized(out, content);
}

bytes_view cut_some_headers(bytes_view& stored) {
    const std::int32_t size = take_number(stored, "their size");
    return take(stored, size, "their content");
}

headers read_stored_headers(bytes_view in) {
    headers found;
    if (in.empty()) return found;
    for (std::int32_t left = take_number(in, "their number"); left > 0; --left) {
        const std::int32_t key_size = take_number(in, "the size of a key");
        std::string key(take(in, key_size, "a key").text());
        const std::int32_t size = take_number(in, "the size of a value");
        if (size == null_size)
            found.add(std::move(key), std::nullopt);
        else
            found.add(std::move(key), bytes(take(in, size, "a value")));
    }
    return found;
}

} // namespace streams::inline v0::detail
