#include "state/map/query_reads.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

bool contains(const key_span& span, bytes_view key) {
    return !(span.from && key < *span.from) && !(span.to && !(key < *span.to));
}

/// Whether the entry itself says what is seen of its key, and not the disk.
bool decides(const hot_entry& entry, isolation_level seen) noexcept {
    return entry.committed_state() != entry_state::unread ||
           (entry.pending != nullptr && seen == isolation_level::read_uncommitted);
}

/// REQUIRES: decides(entry, seen).
std::optional<bytes_view> seen_of(const hot_entry& entry, isolation_level seen) noexcept {
    return seen == isolation_level::read_committed ? entry.value.get() : entry.visible();
}

} // namespace

std::optional<bytes_view> query_reads::get(bytes_view key, isolation_level seen) {
    if (below_.is_expired(key)) return std::nullopt;
    if (const hot_entry* const found = hot_.find(key)) {
        if (decides(*found, seen)) return seen_of(*found, seen);
    } else if (below_.known_absent(key)) {
        return std::nullopt;
    }
    return below_.read(key);
}

std::unique_ptr<store_cursor<store_entry>> query_reads::snapshot(key_span span, iteration_order order,
                                                                 isolation_level seen) {
    const bytes_view floor = below_.floor();
    if (!floor.empty() && (!span.from || *span.from < floor)) span.from = floor;
    map_snapshots::cursors disk;
    if (below_.has_disk()) disk.push_back(below_.cursor(span, order)); // first: it brings restored rows into memory
    auto newer = below_.has_disk() ? newer_than_disk(span, seen) : in_memory(span, seen);
    if (order == iteration_order::descending) std::ranges::reverse(newer.all);
    return snapshots_.open(std::move(disk), std::move(newer), order);
}

void query_reads::copy(const hot_entry& entry, isolation_level seen, newer_entries& into) const {
    into.add(entry.key(), seen_of(entry, seen), store_);
}

/// Not by the order that ordered reads of nodes keep: from its first use on each write would have to keep it too.
newer_entries query_reads::newer_than_disk(const key_span& span, isolation_level seen) {
    newer_entries found{copied_bytes(memory_)};
    below_.for_each_unwritten([&](const hot_entry& entry) {
        const bool comes_below = entry.pending != nullptr && seen == isolation_level::read_uncommitted;
        if (!comes_below && contains(span, entry.key())) copy(entry, isolation_level::read_committed, found);
    });
    if (seen == isolation_level::read_uncommitted)
        updates_.for_each([&](const hot_entry& entry) {
            if (contains(span, entry.key())) copy(entry, seen, found);
        });
    std::ranges::sort(found.all, {}, [](const newer_entry& each) { return each.key.view(); });
    return found;
}

newer_entries query_reads::in_memory(const key_span& span, isolation_level seen) {
    newer_entries found{copied_bytes(memory_)};
    const auto& entries = hot_.ordered();
    auto at = span.from ? entries.lower_bound(*span.from) : entries.begin();
    for (; at != entries.end() && (!span.to || (*at)->key() < *span.to); ++at)
        if (seen_of(**at, seen)) copy(**at, seen, found);
    return found;
}

std::unique_ptr<store_cursor<store_entry>> query_reads::chain_snapshot(bytes_view first, bytes_view last_tail,
                                                                       std::vector<key_span> spans,
                                                                       iteration_order order, isolation_level seen) {
    map_snapshots::cursors disk;
    if (order == iteration_order::descending) std::ranges::reverse(spans);
    if (!below_.known_absent(first))
        for (const key_span& span : spans) disk.push_back(below_.cursor(span, order));
    newer_entries newer{copied_bytes(memory_)};
    for (const hot_entry* const entry : hot_.between(first, last_tail))
        if (!below_.is_expired(entry->key()) && decides(*entry, seen)) copy(*entry, seen, newer);
    if (order == iteration_order::descending) std::ranges::reverse(newer.all);
    return snapshots_.open(std::move(disk), std::move(newer), order);
}

} // namespace streams::inline v0
