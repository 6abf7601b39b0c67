#include "src/embedded/frame.hpp"

#include "src/embedded/crc32c.hpp"

#include <atomic>
#include <bit>
#include <cstring>

namespace streams::inline v0::embedded {

static_assert(std::endian::native == std::endian::little,
              "frames are stored little-endian: swap bytes in load and store");

namespace {

template <class Number>
Number load(const std::byte*& from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    from += sizeof number;
    return number;
}

template <class Number>
void store(std::byte*& to, Number number) noexcept {
    std::memcpy(to, &number, sizeof number);
    to += sizeof number;
}

void store(std::byte*& to, bytes_view content) noexcept {
    if (!content.empty()) std::memcpy(to, content.data(), content.size());
    to += content.size();
}

constexpr std::uint16_t bit(frame_flag flag) noexcept { return static_cast<std::uint16_t>(flag); }

std::size_t headers_size(const frame_source& source) noexcept {
    if (!source.encoded_headers.empty()) return source.encoded_headers.size();
    if (source.headers == nullptr || source.headers->empty()) return 0;
    std::size_t size = 0;
    for (const auto& one : *source.headers) size += 8 + one.key.size() + (one.value ? one.value->size() : 0);
    return size;
}

void store_headers(std::byte*& to, const frame_source& source, std::size_t size) noexcept {
    store(to, static_cast<std::uint32_t>(size));
    if (!source.encoded_headers.empty()) return store(to, source.encoded_headers);
    for (const auto& one : *source.headers) {
        store(to, static_cast<std::uint32_t>(one.key.size()));
        store(to, bytes_view(std::string_view(one.key)));
        store(to, one.value ? static_cast<std::int32_t>(one.value->size()) : -1);
        if (one.value) store(to, one.value->view());
    }
}

std::size_t optional_parts_size(const frame_source& source, std::size_t headers) noexcept {
    return (source.producer.id >= 0 ? 12 : 0) + (source.delete_horizon >= 0 ? 8 : 0) + (headers > 0 ? 4 + headers : 0);
}

std::uint16_t all_flags(const frame_source& source, std::size_t headers) noexcept {
    unsigned flags = source.flags;
    if (!source.key) flags |= bit(frame_flag::null_key);
    if (!source.value) flags |= bit(frame_flag::null_value);
    if (headers > 0) flags |= bit(frame_flag::has_headers);
    if (source.producer.id >= 0) flags |= bit(frame_flag::has_producer);
    if (source.delete_horizon >= 0) flags |= bit(frame_flag::has_delete_horizon);
    return static_cast<std::uint16_t>(flags);
}

} // namespace

std::size_t frame_size(const frame_source& source) noexcept {
    return frame_fixed_size + optional_parts_size(source, headers_size(source)) +
           (source.key ? source.key->size() : 0) + (source.value ? source.value->size() : 0);
}

void write_frame(std::byte* to, const frame_source& source, std::size_t size, bool with_checksum) noexcept {
    std::byte* at = to + 8;
    const auto headers = headers_size(source);
    store(at, source.offset);
    store(at, source.timestamp);
    store(at, static_cast<std::uint32_t>(source.key ? source.key->size() : 0));
    store(at, all_flags(source, headers));
    store(at, source.producer.epoch);
    if (source.producer.id >= 0) {
        store(at, source.producer.id);
        store(at, source.producer.sequence);
    }
    if (source.delete_horizon >= 0) store(at, source.delete_horizon);
    if (headers > 0) store_headers(at, source, headers);
    if (source.key) store(at, *source.key);
    if (source.value) store(at, *source.value);

    const auto stored_size = static_cast<std::uint32_t>(size);
    const auto checksum = with_checksum ? crc32c(bytes_view(to + 8, size - 8), stored_size) : 0;
    std::memcpy(to + 4, &checksum, sizeof checksum);
    // A process that is killed here leaves a frame of size 0: keep the compiler from storing the size any earlier.
    std::atomic_signal_fence(std::memory_order_release);
    std::memcpy(to, &stored_size, sizeof stored_size);
}

frame read_frame(const std::byte* from) noexcept {
    frame read;
    const std::byte* const begin = from;
    read.size = load<std::uint32_t>(from);
    from += 4;
    read.offset = load<std::int64_t>(from);
    read.timestamp = load<std::int64_t>(from);
    const auto key_size = load<std::uint32_t>(from);
    read.flags = load<std::uint16_t>(from);
    read.producer.epoch = load<std::int16_t>(from);
    if (read.has(frame_flag::has_producer)) {
        read.producer.id = load<std::int64_t>(from);
        read.producer.sequence = load<std::int32_t>(from);
    }
    if (read.has(frame_flag::has_delete_horizon)) read.delete_horizon = load<std::int64_t>(from);
    if (read.has(frame_flag::has_headers)) {
        const auto size = load<std::uint32_t>(from);
        read.encoded_headers = {from, size};
        from += size;
    }
    if (!read.has(frame_flag::null_key)) read.key.emplace(from, key_size);
    from += key_size;
    if (!read.has(frame_flag::null_value)) read.value.emplace(from, static_cast<std::size_t>(begin + read.size - from));
    return read;
}

std::optional<frame> checked_frame(bytes_view memory) noexcept {
    if (memory.size() < frame_fixed_size) return std::nullopt;
    const std::byte* at = memory.data();
    const auto size = load<std::uint32_t>(at);
    const auto checksum = load<std::uint32_t>(at);
    if (size < frame_fixed_size || size > memory.size()) return std::nullopt;
    if (crc32c(memory.subview(8, size - 8), size) != checksum) return std::nullopt;
    return read_frame(memory.data());
}

std::optional<std::size_t> find_frame(bytes_view memory, std::int64_t first_offset) noexcept {
    for (std::size_t at = 0; at + frame_fixed_size <= memory.size(); ++at) {
        std::int64_t offset;
        std::memcpy(&offset, memory.data() + at + 8, sizeof offset);
        constexpr std::int64_t plausible_distance = std::int64_t{1} << 32;
        if (offset < first_offset || offset - first_offset > plausible_distance) continue;
        if (checked_frame(memory.subview(at))) return at;
    }
    return std::nullopt;
}

streams::headers decode_headers(bytes_view encoded) {
    streams::headers decoded;
    const std::byte* at = encoded.data();
    while (at < encoded.end()) {
        const auto key_size = load<std::uint32_t>(at);
        std::string key(bytes_view(at, key_size).text());
        at += key_size;
        const auto value_size = load<std::int32_t>(at);
        std::optional<bytes> value;
        if (value_size >= 0) {
            value.emplace(bytes_view(at, static_cast<std::size_t>(value_size)));
            at += value_size;
        }
        decoded.add(std::move(key), std::move(value));
    }
    return decoded;
}

} // namespace streams::inline v0::embedded
