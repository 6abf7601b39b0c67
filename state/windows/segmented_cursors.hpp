#pragma once

#include "state/map/tiered_map.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/saturation.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Times of entries, both ends included.
struct time_span {
    std::int64_t from;
    std::int64_t to;
};

/// Every entry of a span of time in a store that is kept by time. `made_at`: see tiered_map::cursor.
template <class Layout>
[[nodiscard]] std::unique_ptr<store_cursor<store_entry>> times_cursor(
    tiered_map& map, const Layout&, time_span times, iteration_order direction,
    std::optional<std::uint64_t> made_at = std::nullopt) {
    bytes from;
    bytes to;
    Layout::place_key(from, times.from);
    // The number after the largest time sorts behind it.
    Layout::place_key(to, static_cast<std::int64_t>(static_cast<std::uint64_t>(times.to) + 1));
    return map.cursor(from.view(), to.view(), direction, 0, made_at);
}

using entries_in_memory = std::span<hot_entry* const>;

/// The entries of one key in a span of time, where all of them are in memory; else nullopt. `buffer`: to be used.
template <class Layout>
[[nodiscard]] std::optional<entries_in_memory> in_memory(const tiered_map& map, const Layout& layout, bytes_view key,
                                                         time_span times, bytes& buffer) {
    if (times.from > times.to) return entries_in_memory();
    std::byte last_tail[Layout::suffix];
    store_big_endian(last_tail, times.to);
    store_big_endian(last_tail + sizeof times.to, Layout::largest_rest);
    layout.key(buffer, key, times.from, 0);
    return map.chain(buffer.view(), {last_tail, sizeof last_tail});
}

/// The entries of one key, by time: from the chain in memory as long as that has all of them, else from memory and disk,
/// segment by segment. Where the map has changed since the last step, the place is looked up again.
template <class Layout>
class key_cursor final : public store_cursor<typename Layout::entry>, private open_ranges::range {
    using entry_type = typename Layout::entry;

public:
    /// `buffer`: to be used.
    key_cursor(tiered_map& map, const Layout& layout, bytes_view key, time_span times, iteration_order direction,
               bytes& buffer)
        : range(map.ranges()), map_(&map), layout_(&layout), key_(key), times_(times),
          descending_(direction == iteration_order::descending) {
        find_place(buffer);
    }

    std::optional<entry_type> next() override {
        if (!map_) return std::nullopt;
        if (in_memory_ && changes_ != map_->changes()) find_place(value_);
        return in_memory_ ? next_in_memory() : next_in_segments();
    }

private:
    static constexpr std::size_t suffix = Layout::suffix;

    void find_place(bytes& buffer) {
        const auto entries = in_memory(*map_, *layout_, key_, times_, buffer);
        in_memory_ = entries.has_value();
        if (!in_memory_) return find_segments();
        entries_ = *entries;
        changes_ = map_->changes();
        if (!tail_) return;
        const bytes_view last(tail_->data(), suffix);
        const auto past = descending_ ? std::ranges::lower_bound(entries_, last, {}, tail_of)
                                      : std::ranges::upper_bound(entries_, last, {}, tail_of);
        entries_ = descending_ ? entries_in_memory(entries_.begin(), past) : entries_in_memory(past, entries_.end());
    }
    void find_segments() {
        first_segment_ = layout_->segment_of(times_.from);
        last_segment_ =
            layout_->by_time() ? first_segment_ : layout_->segment_of(times_.to); // one cursor over them all
        if (times_.from > times_.to) last_segment_ = first_segment_ - 1;
    }

    std::optional<entry_type> next_in_memory() {
        while (!entries_.empty()) {
            const hot_entry& entry = *(descending_ ? entries_.back() : entries_.front());
            entries_ = descending_ ? entries_.first(entries_.size() - 1) : entries_.subspan(1);
            const auto value = entry.visible();
            if (!value || map_->ranges().before(entry.key(), made_at()) != presence::present) continue;
            value_.assign(*value);
            return hand_out(entry.key(), value_);
        }
        return end();
    }
    std::optional<entry_type> next_in_segments() {
        for (;;) {
            if (!segment_) {
                if (first_segment_ > last_segment_) return end();
                open_segment(descending_ ? last_segment_-- : first_segment_++);
            }
            const auto entry = segment_->next();
            if (!entry) {
                segment_.reset();
                continue;
            }
            // Keys of other lengths may lie in between.
            if (is_ahead(entry->key)) return hand_out(entry->key, entry->value);
        }
    }
    void open_segment(std::int64_t segment) {
        const auto direction = descending_ ? iteration_order::descending : iteration_order::ascending;
        if (layout_->by_time()) {
            segment_ = times_cursor(*map_, *layout_, times_, direction, made_at());
            return;
        }
        const std::int64_t begin = segment * layout_->segment_interval();
        bytes from;
        bytes to;
        const std::int64_t last = detail::add_sat(begin, layout_->segment_interval() - 1);
        layout_->key(from, key_, std::max(times_.from, begin), 0);
        layout_->key(to, key_, std::min(times_.to, last), Layout::largest_rest);
        to.push_back(std::byte{0});
        segment_ = map_->cursor(from.view(), to.view(), direction, 0, made_at());
    }

    /// What is handed out stays as it is until the next step.
    entry_type hand_out(bytes_view map_key, bytes_view value) {
        const bytes_view tail = map_key.subview(map_key.size() - suffix);
        std::memcpy(tail_ ? tail_->data() : tail_.emplace().data(), tail.data(), suffix);
        (descending_ ? times_.to : times_.from) = Layout::time_of(tail);
        return Layout::entry_of(key_, {tail_->data(), suffix}, value);
    }
    std::nullopt_t end() {
        leave();
        abandon();
        return std::nullopt;
    }

    [[nodiscard]] static bytes_view tail_of(const hot_entry* entry) {
        return entry->key().subview(entry->key_size - suffix);
    }
    [[nodiscard]] bool is_ahead(bytes_view map_key) const noexcept override {
        if (Layout::record_key(map_key) != key_.view()) return false;
        const bytes_view tail = map_key.subview(map_key.size() - suffix);
        const std::int64_t time = Layout::time_of(tail);
        if (time < times_.from || time > times_.to) return false;
        if (!tail_) return true;
        const bytes_view last(tail_->data(), suffix);
        return descending_ ? tail < last : last < tail;
    }
    void abandon() noexcept override {
        map_ = nullptr;
        segment_.reset();
    }

    tiered_map* map_; ///< null: at the end
    const Layout* layout_;
    bytes key_;
    time_span times_; ///< that are left
    bool descending_;
    std::optional<std::array<std::byte, suffix>> tail_; ///< of the entry that was handed out last
    bool in_memory_ = true;
    entries_in_memory entries_;
    std::uint64_t changes_ = 0; ///< of the map, when the place in memory was found
    std::int64_t first_segment_ = 0;
    std::int64_t last_segment_ = -1;
    std::unique_ptr<store_cursor<store_entry>> segment_;
    bytes value_;
};

/// Puts the entries of one key that `wanted(entry)` into `found`, by time. `held`
/// keeps values that come from disk; `buffer`: to be used.
template <class Layout, class Wanted>
void read_key(tiered_map& map, const Layout& layout, bytes_view key, time_span times, iteration_order direction,
              std::vector<typename Layout::entry>& found, std::vector<bytes>& held, bytes& buffer, Wanted wanted) {
    found.clear();
    if (const auto entries = in_memory(map, layout, key, times, buffer)) {
        const auto add = [&](hot_entry& entry) {
            const auto value = entry.visible();
            if (!value) return;
            const auto one = Layout::entry_of(key, entry.key(), *value);
            if (!wanted(one)) return;
            if (found.empty()) map.expect(entry);
            found.push_back(one);
        };
        if (direction == iteration_order::ascending)
            for (hot_entry* entry : *entries) add(*entry);
        else
            for (std::size_t at = entries->size(); at-- > 0;) add(*(*entries)[at]);
        return;
    }
    held.clear();
    key_cursor<Layout> cursor(map, layout, key, times, direction, buffer);
    while (auto entry = cursor.next()) {
        if (!wanted(*entry)) continue;
        held.emplace_back(entry->value);
        entry->key = key;
        found.push_back(*entry);
    }
    for (std::size_t at = 0; at < found.size(); ++at) found[at].value = held[at].view();
}

/// An entry with bytes of its own.
struct collected_entry {
    bytes map_key;
    bytes value;
};

/// Yields what was collected before.
template <class Layout>
class collected_cursor final : public store_cursor<typename Layout::entry> {
public:
    explicit collected_cursor(std::vector<collected_entry> entries) : entries_(std::move(entries)) {}
    std::optional<typename Layout::entry> next() override {
        if (at_ == entries_.size()) return std::nullopt;
        const collected_entry& entry = entries_[at_++];
        return Layout::entry_of(Layout::record_key(entry.map_key), entry.map_key.view(), entry.value.view());
    }

private:
    std::vector<collected_entry> entries_;
    std::size_t at_ = 0;
};

/// The largest store key that a record key <= `last` and a time <= `to` make: `last` itself or a prefix of it, since a
/// time may be larger than what follows the prefix.
template <class Layout>
[[nodiscard]] bytes largest_store_key(bytes_view last, std::int64_t to) {
    bytes largest;
    bytes candidate;
    for (std::size_t size = 0; size <= last.size(); ++size) {
        candidate.assign(last.subview(0, size));
        append_big_endian(candidate, to);
        append_big_endian(candidate, Layout::largest_rest);
        if (largest < candidate) largest.assign(candidate);
    }
    return largest;
}

/// The entries of the keys in [first, last] (nullopt: open) with a time in the span, in no useful order.
template <class Layout>
[[nodiscard]] std::vector<collected_entry> collect(tiered_map& map, const Layout& layout,
                                                   std::optional<bytes_view> first, std::optional<bytes_view> last,
                                                   time_span times) {
    std::vector<collected_entry> found;
    if (times.from > times.to) return found;
    const auto add = [&](store_cursor<store_entry>& cursor) {
        while (const auto entry = cursor.next()) {
            const bytes_view key = Layout::record_key(entry->key);
            const std::int64_t time = Layout::time_of(entry->key);
            if (time < times.from || time > times.to || (first && key < *first) || (last && *last < key)) continue;
            found.push_back({bytes(entry->key), bytes(entry->value)});
        }
    };
    if (layout.by_time()) {
        add(*times_cursor(map, layout, times, iteration_order::ascending));
        return found;
    }
    bytes from;
    bytes to;
    const std::int64_t last_segment = layout.segment_of(times.to);
    for (std::int64_t segment = layout.segment_of(times.from); segment <= last_segment; ++segment) {
        Layout::place_key(from, segment, first.value_or(bytes_view()));
        if (last) {
            Layout::place_key(to, segment, largest_store_key<Layout>(*last, times.to));
            to.push_back(std::byte{0});
        } else {
            Layout::place_key(to, segment + 1);
        }
        add(*map.cursor(from.view(), to.view(), iteration_order::ascending));
    }
    return found;
}

/// The entries of the keys in [first, last] by key, then by time; collected before it returns.
template <class Layout>
[[nodiscard]] std::unique_ptr<store_cursor<typename Layout::entry>> by_key(std::vector<collected_entry> entries,
                                                                           iteration_order direction) {
    const auto less = [](const collected_entry& a, const collected_entry& b) {
        const auto order = Layout::record_key(a.map_key) <=> Layout::record_key(b.map_key);
        if (order != 0) return order < 0;
        const auto tail = [](const collected_entry& e) {
            return e.map_key.view().subview(e.map_key.size() - Layout::suffix);
        };
        return tail(a) < tail(b);
    };
    std::sort(entries.begin(), entries.end(), less);
    if (direction == iteration_order::descending) std::reverse(entries.begin(), entries.end());
    return std::make_unique<collected_cursor<Layout>>(std::move(entries));
}

/// The entries by time, then by what `order` says of two of one time.
template <class Layout, class Order>
[[nodiscard]] std::unique_ptr<store_cursor<typename Layout::entry>> by_time(std::vector<collected_entry> entries,
                                                                            Order order) {
    std::sort(entries.begin(), entries.end(), [&](const collected_entry& a, const collected_entry& b) {
        const std::int64_t left = Layout::time_of(a.map_key);
        const std::int64_t right = Layout::time_of(b.map_key);
        return left != right ? left < right : order(a.map_key) < order(b.map_key);
    });
    return std::make_unique<collected_cursor<Layout>>(std::move(entries));
}

} // namespace streams::inline v0
