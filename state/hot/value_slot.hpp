#pragma once

#include "state/hot/copy_bytes.hpp"

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

namespace streams::inline v0 {

/// Bytes that a block of the heap takes when `size` are asked for: the allocator's header and rounding.
[[nodiscard]] constexpr std::size_t heap_block(std::size_t size) noexcept {
    return size + 8 < 32 ? 32 : (size + 8 + 15) & ~static_cast<std::size_t>(15);
}

/// An owned value or null. Up to 24 bytes (a timestamped count) lie inside; memory of a longer value is kept for the
/// next one. Swapping moves no bytes on the heap.
class value_slot {
public:
    value_slot() noexcept = default;
    ~value_slot() { release(); }
    value_slot(const value_slot&) = delete;
    value_slot& operator=(const value_slot&) = delete;

    [[nodiscard]] std::optional<bytes_view> get() const noexcept {
        if (size_ == null_size) return std::nullopt;
        return bytes_view(data(), size_);
    }
    [[nodiscard]] bool is_null() const noexcept { return size_ == null_size; }

    void set(std::optional<bytes_view> value) {
        if (!value) {
            size_ = null_size;
            return;
        }
        const auto size = static_cast<std::uint32_t>(value->size());
        if (size > capacity_) grow(size);
        copy_bytes(on_heap() ? heap_ : inline_, value->data(), size);
        size_ = size;
    }
    /// Sets the value `head | tail`.
    void assign(bytes_view head, bytes_view tail) {
        const auto size = static_cast<std::uint32_t>(head.size() + tail.size());
        if (size > capacity_) grow(size);
        std::byte* to = on_heap() ? heap_ : inline_;
        copy_bytes(to, head.data(), head.size());
        copy_bytes(to + head.size(), tail.data(), tail.size());
        size_ = size;
    }
    /// Null, and no more memory held than `kept` bytes.
    void reset(std::size_t kept = 0) noexcept {
        size_ = null_size;
        if (capacity_ <= kept) return;
        release();
        capacity_ = inline_capacity;
    }
    void swap(value_slot& other) noexcept {
        std::byte content[inline_capacity];
        std::memcpy(content, inline_, inline_capacity);
        std::memcpy(inline_, other.inline_, inline_capacity);
        std::memcpy(other.inline_, content, inline_capacity);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }
    /// Bytes held outside of the object.
    [[nodiscard]] std::size_t heap_bytes() const noexcept { return on_heap() ? heap_block(capacity_) : 0; }
    /// The same of a new one that is set to `value`.
    [[nodiscard]] static std::size_t heap_bytes_of(std::optional<bytes_view> value) noexcept {
        return value && value->size() > inline_capacity ? heap_block(value->size()) : 0;
    }

private:
    static constexpr std::uint32_t null_size = 0xffffffff;
    static constexpr std::uint32_t inline_capacity = 24;

    [[nodiscard]] bool on_heap() const noexcept { return capacity_ > inline_capacity; }
    [[nodiscard]] const std::byte* data() const noexcept { return on_heap() ? heap_ : inline_; }
    void release() noexcept {
        if (on_heap()) std::free(heap_);
    }
    void grow(std::uint32_t size) {
        auto* block = static_cast<std::byte*>(std::malloc(size));
        if (!block) throw std::bad_alloc();
        release();
        heap_ = block;
        capacity_ = size;
    }

    union {
        std::byte inline_[inline_capacity] = {};
        std::byte* heap_;
    };
    std::uint32_t size_ = null_size;
    std::uint32_t capacity_ = inline_capacity;
};

} // namespace streams::inline v0
