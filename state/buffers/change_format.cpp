#include "state/buffers/change_format.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/error.hpp>

namespace streams::inline v0 {
namespace {

constexpr std::int32_t null_length = -1;
constexpr std::int32_t same_as_prior = -2;

void append_sized(bytes& out, std::optional<bytes_view> value) {
    append_big_endian(out, value ? static_cast<std::int32_t>(value->size()) : null_length);
    if (value) out.append(*value);
}

class reader {
public:
    explicit reader(bytes_view in) : in_(in) {}
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    template <class Integer>
    Integer integer() {
        return load_big_endian<Integer>(take(sizeof(Integer)).data());
    }
    bytes_view take(std::size_t count) {
        if (count > in_.size() - at_)
            throw serialization_error(concat("an entry of ", in_.size(), " bytes ends too early"));
        at_ += count;
        return in_.subview(at_ - count, count);
    }
    /// A length below zero: null.
    std::optional<bytes_view> sized(std::int32_t length) {
        if (length < 0) return std::nullopt;
        return take(static_cast<std::size_t>(length));
    }
    std::optional<bytes_view> sized() { return sized(integer<std::int32_t>()); }

private:
    bytes_view in_;
    std::size_t at_ = 0;
};

} // namespace

void encode_change(const record_context& context, std::optional<bytes_view> prior, std::optional<bytes_view> old_value,
                   std::optional<bytes_view> new_value, std::int64_t time, bytes& out) {
    out.clear();
    append_big_endian(out, context.timestamp);
    append_big_endian(out, context.metadata.offset);
    append_sized(out, bytes_view(context.metadata.topic));
    append_big_endian(out, context.metadata.partition);
    append_big_endian(out, context.headers ? static_cast<std::int32_t>(context.headers->size()) : 0);
    if (context.headers) {
        for (const header& each : *context.headers) {
            append_sized(out, bytes_view(each.key));
            append_sized(out, each.value ? std::optional(each.value->view()) : std::nullopt);
        }
    }
    append_sized(out, prior);
    if (old_value && old_value == prior)
        append_big_endian(out, same_as_prior);
    else
        append_sized(out, old_value);
    append_sized(out, new_value);
    append_big_endian(out, time);
}

decoded_change decode_change(bytes_view in) {
    reader from(in);
    decoded_change out;
    out.timestamp = from.integer<std::int64_t>();
    out.metadata.offset = from.integer<std::int64_t>();
    out.metadata.topic = from.sized().value_or(bytes_view()).text();
    out.metadata.partition = from.integer<std::int32_t>();
    out.headers_at = from.at();
    const auto headers = from.integer<std::int32_t>();
    for (std::int32_t each = 0; each < headers; ++each) {
        from.sized();
        from.sized();
    }
    out.headers = headers < 0 ? 0 : static_cast<std::size_t>(headers);
    out.prior = from.sized();
    const auto old_length = from.integer<std::int32_t>();
    out.old_value = old_length == same_as_prior ? out.prior : from.sized(old_length);
    out.new_value = from.sized();
    out.time = from.integer<std::int64_t>();
    return out;
}

void decode_headers(bytes_view in, const decoded_change& change, streams::headers& out) {
    out.clear();
    if (change.headers == 0) return;
    reader from(in.subview(change.headers_at + sizeof(std::int32_t)));
    for (std::size_t each = 0; each < change.headers; ++each) {
        const auto key = from.sized().value_or(bytes_view());
        const auto value = from.sized();
        out.add(std::string(key.text()), value ? std::optional<bytes>(*value) : std::nullopt);
    }
}

std::size_t estimated_bytes(std::size_t size, std::size_t headers) noexcept {
    // All but the lengths in front of topic, values and header parts, and the number of headers; the time counts.
    constexpr std::size_t length = sizeof(std::int32_t);
    return size - (5 + 2 * headers) * length;
}

} // namespace streams::inline v0
