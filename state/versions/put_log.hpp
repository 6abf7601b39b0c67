#pragma once

#include "state/changelog_sink.hpp"

#include <streams/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// Puts that wait for a flush to the changelog, and then for a commit, each of them, in order: for stores in which a later put
/// of a key does not make an earlier one needless.
class put_log {
public:
    void add(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp) {
        puts_.push_back({key.size(), value ? value->size() : null_size, timestamp});
        content_.append(key);
        if (value) content_.append(*value);
    }
    void drain_to(changelog_sink& changelog) {
        for (; next_ < puts_.size(); ++next_) {
            const put& one = puts_[next_];
            const bytes_view key = content_.view().subview(read_, one.key_size);
            std::optional<bytes_view> value;
            if (one.value_size != null_size) value = content_.view().subview(read_ + one.key_size, one.value_size);
            changelog.append(key, value, one.timestamp, nullptr);
            read_ += one.content_size();
        }
    }
    /// Key and timestamp of each that was drained since the last commit.
    template <class Visit>
    void for_each_drained(Visit visit) const {
        std::size_t at = 0;
        for (std::size_t number = 0; number < next_; ++number) {
            visit(content_.view().subview(at, puts_[number].key_size), puts_[number].timestamp);
            at += puts_[number].content_size();
        }
    }
    /// What was drained is committed.
    void committed() {
        if (!dirty()) return clear();
        puts_.erase(puts_.begin(), puts_.begin() + static_cast<std::ptrdiff_t>(next_));
        content_ = bytes(content_.view().subview(read_, content_.size() - read_));
        next_ = read_ = 0;
    }
    void clear() noexcept {
        puts_.clear();
        content_.clear();
        next_ = read_ = 0;
    }
    /// Whether puts wait for a flush.
    [[nodiscard]] bool dirty() const noexcept { return next_ < puts_.size(); }
    /// Bytes of the puts.
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

        [[nodiscard]] std::size_t content_size() const noexcept {
            return key_size + (value_size == null_size ? 0 : value_size);
        }
    };

    std::vector<put> puts_; ///< since the last commit
    bytes content_;
    std::size_t next_ = 0; ///< put to be drained
    std::size_t read_ = 0; ///< bytes of content_ that were drained
};

} // namespace streams::inline v0
