#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <new>
#include <string_view>
#include <utility>

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
    [[nodiscard]] std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data_), size_}; }

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

/// An owned, growing run of bytes: what serdes append to. Up to 16 bytes live inside the object. Views that are given to its
/// functions may lie in itself.
class bytes {
public:
    bytes() noexcept = default;
    explicit bytes(bytes_view content) { append(content); }
    explicit bytes(std::string_view text) { append(text); }
    explicit bytes(const char* text) : bytes(std::string_view(text)) {} ///< up to its null character
    bytes(const bytes& other) { append(other.view()); }
    bytes(bytes&& other) noexcept { take(other); }
    bytes& operator=(const bytes& other) {
        assign(other.view());
        return *this;
    }
    bytes& operator=(bytes&& other) noexcept {
        if (this == &other) return *this;
        release();
        take(other);
        return *this;
    }
    ~bytes() { release(); }

    [[nodiscard]] const std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::byte* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t capacity() const noexcept { return data_ == inline_ ? sizeof inline_ : capacity_; }
    [[nodiscard]] bytes_view view() const noexcept { return {data_, size_}; }
    [[nodiscard]] std::string_view text() const noexcept { return view().text(); }
    operator bytes_view() const noexcept { return view(); } // NOLINT: an owner is readable wherever a view is

    void clear() noexcept { size_ = 0; }
    void reserve(std::size_t size) {
        if (size > capacity()) reallocate(size);
    }
    /// Bytes that are added are zero.
    void resize(std::size_t size) {
        if (size > size_) return append_zeros(size - size_);
        size_ = size;
    }
    void assign(bytes_view content) {
        if (content.size() > capacity()) return assign_longer(content);
        if (!content.empty()) std::memmove(data_, content.data(), content.size());
        size_ = content.size();
    }
    void append(bytes_view more) {
        if (more.size() > capacity() - size_) return append_longer(more);
        if (!more.empty()) std::memcpy(data_ + size_, more.data(), more.size());
        size_ += more.size();
    }
    void append(std::string_view more) { append(bytes_view(more)); }
    void push_back(std::byte octet) { *extend(1) = octet; }
    /// Appends `count` bytes for the caller to fill, and returns where they begin.
    std::byte* extend(std::size_t count) {
        if (count > capacity() - size_) reallocate(size_ + count);
        std::byte* const added = data_ + size_;
        size_ += count;
        return added;
    }

    friend bool operator==(const bytes& a, const bytes& b) noexcept { return a.view() == b.view(); }
    friend std::strong_ordering operator<=>(const bytes& a, const bytes& b) noexcept { return a.view() <=> b.view(); }
    template <class Hash>
    friend Hash AbslHashValue(Hash hash, const bytes& b) {
        return AbslHashValue(std::move(hash), b.view());
    }

private:
    /// Makes room for `size` bytes, and for as many more as make appending cheap.
    void reallocate(std::size_t size);
    void assign_longer(bytes_view content);
    void append_longer(bytes_view more);
    void append_zeros(std::size_t count);
    /// REQUIRES: nothing is held.
    void take(bytes& other) noexcept {
        size_ = other.size_;
        if (other.data_ == other.inline_) {
            data_ = inline_;
            std::memcpy(inline_, other.inline_, sizeof inline_);
        } else {
            data_ = std::exchange(other.data_, other.inline_);
            capacity_ = other.capacity_;
        }
        other.size_ = 0;
    }
    void release() noexcept {
        if (data_ != inline_) ::operator delete(data_);
    }

    std::byte* data_ = inline_;
    std::size_t size_ = 0;
    union {
        std::byte inline_[16];
        std::size_t capacity_; ///< of the heap's memory, where data_ is there
    };
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
