#pragma once

#include <streams/core/bytes.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>

namespace streams::inline v0 {

/// One entry of a store; both views are valid until the iterator moves or the store is written.
struct store_entry {
    bytes_view key;
    bytes_view value;
};

/// A cursor over entries, implemented by the stores. Entry is cheap to copy and may borrow until the next call.
template <class Entry>
class store_cursor {
public:
    virtual ~store_cursor() = default;
    /// The next entry, or nullopt at the end (and from then on).
    virtual std::optional<Entry> next() = 0;
};

/// A single-pass range over a cursor; composes with range-v3 views. Writing to the store while it is read ends its
/// validity: collect first, then write.
template <class Entry>
class store_range {
public:
    class iterator {
    public:
        using value_type = Entry;
        using reference = const Entry&;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        iterator() = default;
        explicit iterator(store_range* of) : range_(of) {}
        const Entry& operator*() const { return *range_->current_; }
        const Entry* operator->() const { return &*range_->current_; }
        iterator& operator++() {
            range_->current_ = range_->cursor_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& at, std::default_sentinel_t) { return at.at_end(); }

    private:
        [[nodiscard]] bool at_end() const { return !range_->current_; }
        store_range* range_ = nullptr;
    };

    explicit store_range(std::unique_ptr<store_cursor<Entry>> cursor) : cursor_(std::move(cursor)) {}

    /// Reads the first entry. Call once.
    [[nodiscard]] iterator begin() {
        current_ = cursor_->next();
        return iterator(this);
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    std::unique_ptr<store_cursor<Entry>> cursor_;
    std::optional<Entry> current_;
};

} // namespace streams::inline v0
