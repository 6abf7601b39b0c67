#include <streams/core/bytes.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace streams::inline v0 {

void bytes::reallocate(std::size_t size) {
    const std::size_t grown = std::max(size, 2 * capacity());
    auto* const longer = static_cast<std::byte*>(::operator new(grown));
    std::memcpy(longer, data_, size_);
    release();
    data_ = longer;
    capacity_ = grown;
}

// What is given may lie in the memory that is let go.

void bytes::assign_longer(bytes_view content) {
    bytes longer;
    longer.reallocate(content.size());
    longer.append(content);
    *this = std::move(longer);
}

void bytes::append_longer(bytes_view more) {
    bytes longer;
    longer.reallocate(std::max(size_ + more.size(), 2 * capacity()));
    longer.append(view());
    longer.append(more);
    *this = std::move(longer);
}

void bytes::append_zeros(std::size_t count) { std::memset(extend(count), 0, count); }

} // namespace streams::inline v0
