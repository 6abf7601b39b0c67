#pragma once

#include <streams/core/bytes.hpp>

#include <range/v3/range_fwd.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>

namespace streams::inline v0 {

/// One entry of a store; both views are valid until the iterator moves, whatever is done to the store.
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

/// A single-pass range over a cursor: a view of range-v3, so `store.all() | ranges::views::filter(...)` reads as it is
/// meant. Copies share the one pass.
///
/// The store may be read and written meanwhile: the range hands out the keys that were there when it was made, or at the
/// last commit since, but for those that were deleted before it came to them, with their newest values; where its order is
/// not the store's own (fetch_range, fetch_all, by_time, find_range, ended), all as it was when it was made. A closed store
/// ends it.
template <class Entry>
class store_range : public ranges::view_base {
    struct pass {
        std::unique_ptr<store_cursor<Entry>> cursor;
        std::optional<Entry> current{};
    };

public:
    class iterator {
    public:
        using value_type = Entry;
        using reference = const Entry&;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        iterator() = default;
        explicit iterator(pass* pass) : pass_(pass) {}
        const Entry& operator*() const { return *pass_->current; }
        const Entry* operator->() const { return &*pass_->current; }
        iterator& operator++() {
            pass_->current = pass_->cursor->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& at, std::default_sentinel_t) { return !at.pass_->current; }

    private:
        pass* pass_ = nullptr;
    };

    store_range() = default; ///< not to be read
    explicit store_range(std::unique_ptr<store_cursor<Entry>> cursor)
        : pass_(std::make_shared<pass>(pass{std::move(cursor)})) {}

    /// Reads the first entry. Call once, on one of the copies; iterators live as long as any copy does.
    [[nodiscard]] iterator begin() const {
        pass_->current = pass_->cursor->next();
        return iterator(pass_.get());
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    std::shared_ptr<pass> pass_; // range-v3 wants views to be copyable
};

} // namespace streams::inline v0
