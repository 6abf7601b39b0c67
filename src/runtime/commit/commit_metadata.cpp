#include "src/runtime/commit/commit_metadata.hpp"

#include "src/core/read_big_endian.hpp"

#include <streams/core/big_endian.hpp>

#include <array>
#include <optional>

namespace streams::inline v0 {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::byte newest_version{2};
constexpr std::byte only_partition_time{1};

std::string to_base64(bytes_view raw) {
    std::string text;
    text.reserve((raw.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < raw.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (at + i < raw.size() ? std::to_integer<std::uint32_t>(raw[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += at + i <= raw.size() ? alphabet[group >> (18 - 6 * i) & 63U] : '=';
    }
    return text;
}

std::optional<bytes> from_base64(std::string_view text) {
    while (!text.empty() && text.back() == '=') text.remove_suffix(1);
    bytes raw;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char digit : text) {
        const auto value = alphabet.find(digit);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            raw.push_back(static_cast<std::byte>(bits >> held));
        }
    }
    return raw;
}

bool read_processors(bytes_view from, std::map<std::string, std::int64_t>& found) {
    const auto count = read_big_endian<std::int32_t>(from);
    if (!count) return false;
    for (std::int32_t i = 0; i < *count; ++i) {
        const auto length = read_big_endian<std::int32_t>(from);
        if (!length || *length < 0 || static_cast<std::size_t>(*length) > from.size()) return false;
        const auto size = static_cast<std::size_t>(*length);
        std::string key(from.subview(0, size).text());
        from = from.subview(size);
        const auto value = read_big_endian<std::int64_t>(from);
        if (!value) return false;
        found[std::move(key)] = *value;
    }
    return true;
}

} // namespace

std::string encode(const commit_metadata& metadata) {
    bytes raw;
    raw.push_back(newest_version);
    append_big_endian(raw, metadata.partition_time);
    if (metadata.processor_metadata.empty()) return to_base64(raw); // not even their number, as Kafka Streams
    append_big_endian(raw, static_cast<std::int32_t>(metadata.processor_metadata.size()));
    for (const auto& [key, value] : metadata.processor_metadata) {
        append_big_endian(raw, static_cast<std::int32_t>(key.size()));
        raw.append(key);
        append_big_endian(raw, value);
    }
    return to_base64(raw);
}

commit_metadata decode_commit_metadata(std::string_view text) {
    const auto raw = from_base64(text);
    if (!raw || raw->empty()) return {};
    bytes_view rest = raw->view();
    const std::byte version = rest[0];
    rest = rest.subview(1);
    if (version != newest_version && version != only_partition_time) return {};
    commit_metadata found;
    const auto time = read_big_endian<std::int64_t>(rest);
    if (!time) return {};
    found.partition_time = *time;
    if (version == newest_version && !rest.empty() && !read_processors(rest, found.processor_metadata)) return {};
    return found;
}

} // namespace streams::inline v0
