#pragma once

#include "state/changelog_sink.hpp"

#include <streams/core/bytes.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Puts that wait for a flush to the changelog, each of them, in order: for stores in which a later put of a key does
/// not make an earlier one needless.
class put_log {
public:
    void add(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp) {
        puts_.push_back({key.size(), value ? value->size() : null_size, timestamp});
        content_.append(key);
        if (value) content_.append(*value);
    }
    void drain_to(changelog_sink& changelog) {
        while (next_ < puts_.size()) {
            const put& one = puts_[next_];
            const bytes_view key = content_.view().subview(read_, one.key_size);
            std::optional<bytes_view> value;
            if (one.value_size != null_size) value = content_.view().subview(read_ + one.key_size, one.value_size);
            changelog.append(key, value, one.timestamp, nullptr);
            read_ += one.key_size + (value ? one.value_size : 0);
            ++next_;
        }
        clear();
    }
    void clear() noexcept {
        puts_.clear();
        content_.clear();
        next_ = read_ = 0;
    }
    /// Bytes that wait.
    [[nodiscard]] std::size_t pending_bytes() const noexcept { return content_.size() + puts_.size() * sizeof(put); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept {
        return content_.capacity() + puts_.capacity() * sizeof(put);
    }

private:
    static constexpr std::size_t null_size = static_cast<std::size_t>(-1);
    struct put {
        std::size_t key_size;
        std::size_t value_size;
        std::int64_t timestamp;
    };

    std::vector<put> puts_;
    bytes content_;
    std::size_t next_ = 0; ///< put to be drained
    std::size_t read_ = 0; ///< bytes of content_ that were drained
};

} // namespace streams::inline v0
