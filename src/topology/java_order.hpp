#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The orders in which Java's collections hand out their content, since Kafka Streams' texts follow them.
namespace streams::inline v0::detail {

/// `String.hashCode` of ASCII text.
[[nodiscard]] constexpr std::uint32_t java_hash(std::string_view text) noexcept {
    std::uint32_t hash = 0;
    for (const char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
    return hash;
}

/// How a `java.util.HashMap` or `HashSet` came to its content.
enum class filled {
    one_by_one, ///< put or add, from an empty one
    by_copy,    ///< constructed from another collection
};

/// The positions of distinct `names`, given in the order of their insertion, as a hash map or set iterates over them.
[[nodiscard]] inline std::vector<std::size_t> hash_order(std::span<const std::string> names, filled how) {
    const std::size_t wanted = how == filled::by_copy ? names.size() * 4 / 3 + 1 : (names.size() * 4 + 2) / 3;
    const std::size_t table = std::max<std::size_t>(16, std::bit_ceil(wanted));
    const auto bucket = [&](std::size_t at) {
        const std::uint32_t hash = java_hash(names[at]);
        return (hash ^ hash >> 16) & (table - 1);
    };
    std::vector<std::size_t> order(names.size());
    for (std::size_t at = 0; at < order.size(); ++at) order[at] = at;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return bucket(a) < bucket(b); });
    return order;
}

/// A `java.util.TreeSet` whose order may change while it is filled: an entry finds its place by the comparisons of the
/// moment, along the path that the red-black tree has then, and is never moved. That path decides the result, so the
/// tree has to be balanced as Java's is.
class tree_set {
public:
    /// Adds `item` unless the comparisons lead to it. `before` orders two items.
    void add(std::size_t item, const std::function<bool(std::size_t, std::size_t)>& before) {
        int parent = none;
        bool left = false;
        for (int at = root_; at != none; at = left ? entries_[at].left : entries_[at].right) {
            if (entries_[at].item == item) return;
            parent = at;
            left = before(item, entries_[at].item);
        }
        const int added = static_cast<int>(entries_.size());
        entries_.push_back({item, parent});
        if (parent == none)
            root_ = added;
        else
            (left ? entries_[parent].left : entries_[parent].right) = added;
        balance(added);
    }
    [[nodiscard]] std::vector<std::size_t> items() const {
        std::vector<std::size_t> result;
        collect(root_, result);
        return result;
    }

private:
    static constexpr int none = -1;
    struct entry {
        std::size_t item;
        int parent;
        int left = none;
        int right = none;
        bool red = true;
    };
    struct pool : std::vector<entry> {
        entry& operator[](int at) { return std::vector<entry>::operator[](static_cast<std::size_t>(at)); }
        const entry& operator[](int at) const { return std::vector<entry>::operator[](static_cast<std::size_t>(at)); }
    };

    [[nodiscard]] bool red(int at) const { return at != none && entries_[at].red; }

    void balance(int at) {
        while (at != root_ && red(entries_[at].parent)) {
            const int parent = entries_[at].parent;
            const int grand = entries_[parent].parent;
            const bool left = parent == entries_[grand].left;
            const int uncle = left ? entries_[grand].right : entries_[grand].left;
            if (red(uncle)) {
                entries_[parent].red = entries_[uncle].red = false;
                entries_[grand].red = true;
                at = grand;
                continue;
            }
            if (at == (left ? entries_[parent].right : entries_[parent].left)) {
                at = parent;
                rotate(at, left);
            }
            entries_[entries_[at].parent].red = false;
            entries_[grand].red = true;
            rotate(grand, !left);
        }
        entries_[root_].red = false;
    }
    /// Moves the entry down, to the left or to the right, and its child on the other side up into its place.
    void rotate(int at, bool to_left) {
        const auto inner = to_left ? &entry::left : &entry::right;
        const auto outer = to_left ? &entry::right : &entry::left;
        const int up = entries_[at].*outer;
        const int moved = entries_[up].*inner;
        entries_[at].*outer = moved;
        if (moved != none) entries_[moved].parent = at;
        const int parent = entries_[at].parent;
        entries_[up].parent = parent;
        if (parent == none)
            root_ = up;
        else if (entries_[parent].left == at)
            entries_[parent].left = up;
        else
            entries_[parent].right = up;
        entries_[up].*inner = at;
        entries_[at].parent = up;
    }
    void collect(int at, std::vector<std::size_t>& into) const {
        if (at == none) return;
        collect(entries_[at].left, into);
        into.push_back(entries_[at].item);
        collect(entries_[at].right, into);
    }

    pool entries_;
    int root_ = none;
};

} // namespace streams::inline v0::detail
