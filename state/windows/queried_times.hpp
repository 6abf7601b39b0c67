#pragma once

#include "state/windows/segmented_cursors.hpp"

#include <streams/state/query/store_question.hpp>
#include <streams/state/session_store.hpp>
#include <streams/state/window_store.hpp>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Which entries a query of a store with windows asks for.
struct queried_times {
    time_span times;                                                      ///< of the entries
    std::int64_t latest_start = std::numeric_limits<std::int64_t>::max(); ///< of sessions
};

[[nodiscard]] inline found_row row_of(const window_entry& entry) { return {entry.key, entry.value, entry.start, 0}; }
[[nodiscard]] inline found_row row_of(const session_entry& entry) {
    return {entry.key, entry.value, entry.window.start, entry.window.end};
}

/// The place that follows; the number after the largest sorts behind it.
[[nodiscard]] inline std::int64_t behind(std::int64_t place) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(place) + 1);
}

/// Where the entries of one key lie in the map.
template <class Layout>
class spans_of_key {
public:
    spans_of_key(const Layout& layout, bytes_view key, time_span times) {
        if (layout.by_time()) {
            Layout::place_key(bounds_.emplace_back(), times.from);
            Layout::place_key(bounds_.emplace_back(), behind(times.to));
            return;
        }
        const std::int64_t last = layout.segment_of(times.to);
        for (std::int64_t segment = layout.segment_of(times.from); segment <= last; ++segment) {
            const std::int64_t begin = segment * layout.segment_interval();
            const std::int64_t end = detail::add_sat(begin, layout.segment_interval() - 1);
            layout.key(bounds_.emplace_back(), key, std::max(times.from, begin), 0);
            layout.key(bounds_.emplace_back(), key, std::min(times.to, end), Layout::largest_rest);
            bounds_.back().push_back(std::byte{0});
        }
    }
    /// Valid as long as this.
    [[nodiscard]] std::vector<key_span> all() const {
        std::vector<key_span> spans;
        for (std::size_t at = 0; at < bounds_.size(); at += 2)
            spans.push_back({bounds_[at].view(), bounds_[at + 1].view()});
        return spans;
    }

private:
    std::vector<bytes> bounds_; ///< of each span the first, and the one behind the last
};

/// The entries of one key, by time, of a snapshot that has others too.
template <class Layout>
class queried_key_rows final : public store_cursor<found_row> {
public:
    queried_key_rows(std::unique_ptr<store_cursor<store_entry>> snapshot, bytes_view key, queried_times wanted)
        : snapshot_(std::move(snapshot)), key_(key), wanted_(wanted) {}
    std::optional<found_row> next() override {
        while (const auto entry = snapshot_->next()) {
            const std::int64_t time = Layout::time_of(entry->key);
            if (Layout::record_key(entry->key) != key_.view() || time < wanted_.times.from || time > wanted_.times.to)
                continue;
            const found_row row = row_of(Layout::entry_of(key_, entry->key, entry->value));
            if (row.from <= wanted_.latest_start) return row;
        }
        return std::nullopt;
    }

private:
    std::unique_ptr<store_cursor<store_entry>> snapshot_;
    bytes key_;
    queried_times wanted_;
};

/// The entries of a range of keys, by key, then by time. The first step reads all of the snapshot.
template <class Layout>
class queried_rows final : public store_cursor<found_row> {
public:
    queried_rows(std::unique_ptr<store_cursor<store_entry>> snapshot, const keys_times_question& asked,
                 queried_times wanted, std::string store, copied_bytes memory)
        : snapshot_(std::move(snapshot)), first_(asked.first), last_(asked.last), order_(asked.order), wanted_(wanted),
          store_(std::move(store)), memory_(std::move(memory)) {}
    std::optional<found_row> next() override {
        if (snapshot_) sort();
        const auto entry = sorted_->next();
        if (!entry) return std::nullopt;
        return row_of(*entry);
    }

private:
    void sort() {
        std::vector<collected_entry> found;
        while (const auto entry = snapshot_->next()) {
            const bytes_view key = Layout::record_key(entry->key);
            const std::int64_t time = Layout::time_of(entry->key);
            if (time < wanted_.times.from || time > wanted_.times.to || (first_ && key < first_->view()) ||
                (last_ && last_->view() < key))
                continue;
            if (row_of(Layout::entry_of(key, entry->key, entry->value)).from > wanted_.latest_start) continue;
            memory_.add(sizeof(collected_entry) + entry->key.size() + entry->value.size(), store_);
            found.push_back({bytes(entry->key), bytes(entry->value)});
        }
        sorted_ = by_key<Layout>(std::move(found), order_);
        snapshot_.reset();
    }

    std::unique_ptr<store_cursor<store_entry>> snapshot_; ///< null: sorted
    std::optional<bytes> first_;
    std::optional<bytes> last_;
    iteration_order order_;
    queried_times wanted_;
    std::string store_;
    copied_bytes memory_; ///< of those that are sorted
    std::unique_ptr<store_cursor<typename Layout::entry>> sorted_;
};

/// No entries.
class no_rows final : public store_cursor<found_row> {
public:
    std::optional<found_row> next() override { return std::nullopt; }
};

/// The entries of one key. `seen`: by the query; `buffer`: to be used.
template <class Layout>
[[nodiscard]] found_rows rows_of_key(tiered_map& map, const Layout& layout, const key_times_question& asked,
                                     queried_times wanted, isolation_level seen, bytes& buffer) {
    const time_span times = wanted.times;
    if (times.from > times.to) return std::make_unique<no_rows>();
    std::byte last_tail[Layout::suffix];
    store_big_endian(last_tail, times.to);
    store_big_endian(last_tail + sizeof times.to, Layout::largest_rest);
    layout.key(buffer, asked.key, times.from, 0);
    const spans_of_key<Layout> spans(layout, asked.key, times);
    return std::make_unique<queried_key_rows<Layout>>(
        map.queries().chain_snapshot(buffer, {last_tail, sizeof last_tail}, spans.all(), asked.order, seen), asked.key,
        wanted);
}

/// The entries of a range of keys: all of the segments that the times lie in are read.
template <class Layout>
[[nodiscard]] found_rows rows_of_keys(tiered_map& map, const Layout& layout, const keys_times_question& asked,
                                      queried_times wanted, isolation_level seen) {
    const time_span times = wanted.times;
    if (times.from > times.to) return std::make_unique<no_rows>();
    bytes from;
    bytes to;
    Layout::place_key(from, layout.by_time() ? times.from : layout.segment_of(times.from));
    Layout::place_key(to, behind(layout.by_time() ? times.to : layout.segment_of(times.to)));
    return std::make_unique<queried_rows<Layout>>(
        map.queries().snapshot({from.view(), to.view()}, iteration_order::ascending, seen), asked, wanted,
        map.queries().store(), copied_bytes(map.queries().memory()));
}

} // namespace streams::inline v0
