#include "state/window_cursors.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace streams::inline v0 {

namespace {

constexpr std::uint32_t largest_sequence = 0xffffffff;

class key_cursor final : public store_cursor<window_entry> {
public:
    key_cursor(tiered_map& map, const window_layout& layout, bytes_view key, start_span starts, iteration_order direction)
        : map_(map), layout_(layout), key_(key), starts_(starts), direction_(direction),
          first_segment_(layout.segment_of(starts.from)), last_segment_(layout.segment_of(starts.to)) {
        if (starts.from > starts.to) last_segment_ = first_segment_ - 1;
    }

    std::optional<window_entry> next() override {
        for (;;) {
            if (!segment_) {
                if (first_segment_ > last_segment_) return std::nullopt;
                open(direction_ == iteration_order::ascending ? first_segment_++ : last_segment_--);
            }
            const auto entry = segment_->next();
            if (!entry) {
                segment_.reset();
                continue;
            }
            // Keys of other lengths may lie in between.
            if (window_layout::record_key(entry->key) != key_.view()) continue;
            return window_entry{key_.view(), window_layout::start_of(entry->key), entry->value};
        }
    }

private:
    void open(std::int64_t segment) {
        const std::int64_t begin = segment * layout_.segment_interval();
        bytes from;
        bytes to;
        layout_.key(from, key_, std::max(starts_.from, begin), 0);
        layout_.key(to, key_, std::min(starts_.to, begin + layout_.segment_interval() - 1), largest_sequence);
        to.push_back(std::byte{0});
        segment_ = map_.cursor(from.view(), to.view(), direction_);
    }

    tiered_map& map_;
    const window_layout& layout_;
    bytes key_;
    start_span starts_;
    iteration_order direction_;
    std::int64_t first_segment_;
    std::int64_t last_segment_;
    std::unique_ptr<store_cursor<store_entry>> segment_;
};

struct collected_window {
    bytes key;
    std::int64_t start;
    std::uint32_t sequence;
    bytes value;

    friend bool operator<(const collected_window& a, const collected_window& b) {
        return std::tie(a.key, a.start, a.sequence) < std::tie(b.key, b.start, b.sequence);
    }
};

class collected_cursor final : public store_cursor<window_entry> {
public:
    explicit collected_cursor(std::vector<collected_window> windows) : windows_(std::move(windows)) {}
    std::optional<window_entry> next() override {
        if (at_ == windows_.size()) return std::nullopt;
        const collected_window& window = windows_[at_++];
        return window_entry{window.key.view(), window.start, window.value.view()};
    }

private:
    std::vector<collected_window> windows_;
    std::size_t at_ = 0;
};

/// The largest store key that a record key <= `last` and a start <= `to` make: `last` itself or a prefix of it, since a
/// start may be larger than what follows the prefix.
bytes largest_store_key(bytes_view last, std::int64_t to) {
    bytes largest;
    bytes candidate;
    for (std::size_t size = 0; size <= last.size(); ++size) {
        candidate.assign(last.subview(0, size));
        append_big_endian(candidate, to);
        append_big_endian(candidate, largest_sequence);
        if (largest < candidate) largest.assign(candidate);
    }
    return largest;
}

} // namespace

std::unique_ptr<store_cursor<window_entry>> windows_of_key(tiered_map& map, const window_layout& layout, bytes_view key,
                                                           start_span starts, iteration_order direction) {
    return std::make_unique<key_cursor>(map, layout, key, starts, direction);
}

std::unique_ptr<store_cursor<window_entry>> windows_of_keys(tiered_map& map, const window_layout& layout,
                                                            std::optional<bytes_view> first,
                                                            std::optional<bytes_view> last, start_span starts,
                                                            iteration_order direction) {
    std::vector<collected_window> found;
    bytes from;
    bytes to;
    const std::int64_t last_segment = starts.from <= starts.to ? layout.segment_of(starts.to) : -1;
    for (std::int64_t segment = layout.segment_of(starts.from); segment <= last_segment; ++segment) {
        window_layout::segment_key(from, segment, first.value_or(bytes_view()));
        if (last) {
            window_layout::segment_key(to, segment, largest_store_key(*last, starts.to));
            to.push_back(std::byte{0});
        } else {
            window_layout::segment_key(to, segment + 1);
        }
        const auto cursor = map.cursor(from.view(), to.view(), iteration_order::ascending);
        while (const auto entry = cursor->next()) {
            const bytes_view key = window_layout::record_key(entry->key);
            const std::int64_t start = window_layout::start_of(entry->key);
            if (start < starts.from || start > starts.to || (first && key < *first) || (last && *last < key)) continue;
            found.push_back({bytes(key), start, window_layout::sequence_of(entry->key), bytes(entry->value)});
        }
    }
    std::sort(found.begin(), found.end());
    if (direction == iteration_order::descending) std::reverse(found.begin(), found.end());
    return std::make_unique<collected_cursor>(std::move(found));
}

} // namespace streams::inline v0
