#include "src/core/owned_records.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

namespace streams::inline v0 {

namespace {

/// The block, its reference counts, and the list that the records are in.
constexpr std::size_t fixed_bytes = 256;
/// A header's entry and the allocations behind it.
constexpr std::size_t header_bytes = 128;

struct block {
    explicit block(std::size_t size) : content(std::make_unique_for_overwrite<std::byte[]>(size)) {}

    std::unique_ptr<std::byte[]> content;
    std::deque<streams::headers> headers; ///< stable addresses
};

std::size_t size_of(const std::optional<bytes_view>& part) noexcept { return part ? part->size() : 0; }

std::size_t content_of(std::span<const record_view> records) noexcept {
    std::size_t size = 0;
    for (const auto& record : records) size += size_of(record.key) + size_of(record.value);
    return size;
}

} // namespace

owned_records copy_of(std::span<const record_view> records) {
    const auto memory = std::make_shared<block>(content_of(records));
    auto* end = memory->content.get();
    const auto copy = [&](const std::optional<bytes_view>& part) -> std::optional<bytes_view> {
        if (!part) return std::nullopt;
        const auto* begin = end;
        end = std::copy_n(part->data(), part->size(), end);
        return bytes_view(begin, part->size());
    };
    owned_records owned{{records.begin(), records.end()}, memory};
    for (auto& record : owned.records) {
        record.key = copy(record.key);
        record.value = copy(record.value);
        if (record.headers) record.headers = &memory->headers.emplace_back(*record.headers);
    }
    return owned;
}

std::size_t memory_of(std::span<const record_view> records) noexcept {
    std::size_t size = fixed_bytes + records.size() * sizeof(record_view) + content_of(records);
    for (const auto& record : records) {
        if (!record.headers) continue;
        for (const auto& [name, value] : *record.headers)
            size += header_bytes + name.size() + (value ? value->size() : 0);
    }
    return size;
}

} // namespace streams::inline v0
