#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>
#include <streams/dsl/detail/stores/buffered_context.hpp>

namespace streams::inline v0::detail {

namespace {

template <class Number>
void append_size(bytes& out, Number size) {
    append_big_endian(out, static_cast<std::int32_t>(size));
}

bytes_view take(bytes_view& in, std::size_t size) {
    if (size > in.size())
        throw serialization_error(concat("the context of a buffered record ends ", size - in.size(), " bytes early"));
    const bytes_view taken = in.subview(0, size);
    in = in.subview(size);
    return taken;
}

template <class Number>
Number take_number(bytes_view& in) {
    return load_big_endian<Number>(take(in, sizeof(Number)).data());
}

/// A negative size is null.
std::optional<bytes_view> take_sized(bytes_view& in) {
    const auto size = take_number<std::int32_t>(in);
    if (size < 0) return std::nullopt;
    return take(in, static_cast<std::size_t>(size));
}

} // namespace

void append_context(bytes& out, const record_context& context) {
    append_big_endian(out, context.timestamp);
    append_big_endian(out, context.metadata.offset);
    append_size(out, context.metadata.topic.size());
    out.append(context.metadata.topic);
    append_big_endian(out, context.metadata.partition);
    append_size(out, context.headers->size());
    for (const header& one : *context.headers) {
        append_size(out, one.key.size());
        out.append(one.key);
        append_big_endian(out, one.value ? static_cast<std::int32_t>(one.value->size()) : std::int32_t{-1});
        if (one.value) out.append(one.value->view());
    }
}

void read_context(bytes_view& in, buffered_context& out) {
    out.timestamp = take_number<std::int64_t>(in);
    out.offset = take_number<std::int64_t>(in);
    out.topic = take_sized(in).value_or(bytes_view()).text();
    out.partition = take_number<std::int32_t>(in);
    out.headers.clear();
    const auto count = take_number<std::int32_t>(in);
    for (std::int32_t i = 0; i < count; ++i) {
        std::string key(take_sized(in).value_or(bytes_view()).text());
        const auto value = take_sized(in);
        out.headers.add(std::move(key), value ? std::optional<bytes>(*value) : std::nullopt);
    }
}

} // namespace streams::inline v0::detail
