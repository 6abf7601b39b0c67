#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// A borrowed run of bytes: pointer and size, no ownership. Whoever hands one out says how long it stays valid.
/// Compares as unsigned bytes, shorter first on a common prefix: the order of RocksDB and of Kafka's `Bytes`.
/// An absent (null) key or value is a `std::optional<bytes_view>` without value; an empty view is not null.
class bytes_view {
public:
    constexpr bytes_view() noexcept = default;
    constexpr bytes_view(const std::byte* data, std::size_t size) noexcept : data_(data), size_(size) {}
    explicit bytes_view(std::string_view text) noexcept
        : data_(reinterpret_cast<const std::byte*>(text.data())), size_(text.size()) {}

    [[nodiscard]] constexpr const std::byte* data() const noexcept { return data_; }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr const std::byte* begin() const noexcept { return data_; }
    [[nodiscard]] constexpr const std::byte* end() const noexcept { return data_ + size_; }
    [[nodiscard]] constexpr std::byte operator[](std::size_t at) const noexcept { return data_[at]; }

    /// The bytes from `at`, `count` of them at most. REQUIRES: at <= size().
    [[nodiscard]] constexpr bytes_view subview(std::size_t at,
                                               std::size_t count = static_cast<std::size_t>(-1)) const noexcept {
        return {data_ + at, std::min(count, size_ - at)};
    }
    [[nodiscard]] bool starts_with(bytes_view prefix) const noexcept {
        return size_ >= prefix.size_ && (prefix.empty() || std::memcmp(data_, prefix.data_, prefix.size_) == 0);
    }
    /// The same bytes as text; nothing is checked or converted.
    [[nodiscard]] std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(data_), size_};
    }

    friend bool operator==(bytes_view a, bytes_view b) noexcept { return a.text() == b.text(); }
    friend std::strong_ordering operator<=>(bytes_view a, bytes_view b) noexcept {
        return a.text().compare(b.text()) <=> 0;
    }
    template <class Hash>
    friend Hash AbslHashValue(Hash hash, bytes_view b) {
        return Hash::combine_contiguous(std::move(hash), reinterpret_cast<const unsigned char*>(b.data()), b.size());
    }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// An owned, growing run of bytes: what serdes append to. Short runs live inside the object.
class bytes {
public:
    bytes() = default;
    explicit bytes(bytes_view content) : storage_(content.text()) {}
    explicit bytes(std::string_view text) : storage_(text) {}
    explicit bytes(const char* text) : storage_(text) {} ///< up to its null character
    explicit bytes(std::string&& text) noexcept : storage_(std::move(text)) {}

    [[nodiscard]] const std::byte* data() const noexcept { return reinterpret_cast<const std::byte*>(storage_.data()); }
    [[nodiscard]] std::byte* data() noexcept { return reinterpret_cast<std::byte*>(storage_.data()); }
    [[nodiscard]] std::size_t size() const noexcept { return storage_.size(); }
    [[nodiscard]] bool empty() const noexcept { return storage_.empty(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return storage_.capacity(); }
    [[nodiscard]] bytes_view view() const noexcept { return bytes_view(storage_); }
    [[nodiscard]] std::string_view text() const noexcept { return storage_; }
    operator bytes_view() const noexcept { return view(); } // NOLINT: an owner is readable wherever a view is

    void clear() noexcept { storage_.clear(); }
    void reserve(std::size_t size) { storage_.reserve(size); }
    void resize(std::size_t size) { storage_.resize(size); }
    void assign(bytes_view content) { storage_.assign(content.text()); }
    void append(bytes_view more) { storage_.append(more.text()); }
    void append(std::string_view more) { storage_.append(more); }
    void push_back(std::byte one) { storage_.push_back(static_cast<char>(one)); }
    /// Appends `count` bytes for the caller to fill, and returns where they begin.
    std::byte* extend(std::size_t count) {
        storage_.resize(storage_.size() + count);
        return data() + storage_.size() - count;
    }

    friend bool operator==(const bytes& a, const bytes& b) noexcept { return a.storage_ == b.storage_; }
    friend std::strong_ordering operator<=>(const bytes& a, const bytes& b) noexcept { return a.view() <=> b.view(); }
    template <class Hash>
    friend Hash AbslHashValue(Hash hash, const bytes& b) {
        return AbslHashValue(std::move(hash), b.view());
    }

private:
    std::string storage_;
};

} // namespace streams::inline v0

template <>
struct std::hash<streams::bytes_view> {
    std::size_t operator()(streams::bytes_view b) const noexcept { return std::hash<std::string_view>{}(b.text()); }
};
template <>
struct std::hash<streams::bytes> {
    std::size_t operator()(const streams::bytes& b) const noexcept { return std::hash<std::string_view>{}(b.text()); }
};
