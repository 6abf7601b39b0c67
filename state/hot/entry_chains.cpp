#include "state/hot/entry_chains.hpp"

namespace streams::inline v0 {

entry_chains::entries_of_chain::iterator entry_chains::lower_bound(entries_of_chain& in, bytes_view key) const {
    const bytes_view tail = keys_.tail(key);
    if (tail.empty()) return in.begin();
    const tail_order wanted(keys_, tail);
    auto end = in.end();
    // A few steps from the end, then by halves.
    for (int step = 0; step < 8; ++step) {
        if (end == in.begin() || wanted.is_after((*(end - 1))->key())) return end;
        --end;
    }
    return std::partition_point(in.begin(), end, [&](const hot_entry* entry) { return wanted.is_after(entry->key()); });
}

const entry_chains::chain* entry_chains::find_chain(bytes_view key) const {
    if (is_last_found(key)) return last_found_;
    const auto at = chains_.find(key);
    return at == chains_.end() ? nullptr : last_found_ = &*at;
}

/// Most of them are looked at next, one after the other: here they are fetched from memory at once.
void entry_chains::fetch_newest(const chain& of) {
    const auto& entries = of.entries();
    constexpr std::size_t line = 64;
    constexpr std::size_t newest = 8;
    for (auto at = entries.end() - static_cast<std::ptrdiff_t>(std::min(entries.size(), newest)); at != entries.end();
         ++at) {
        __builtin_prefetch(*at);
        __builtin_prefetch(reinterpret_cast<const std::byte*>(*at) + line);
    }
}

hot_entry* entry_chains::find(bytes_view key) const {
    const chain* const before = last_found_;
    const chain* const at = find_chain(key);
    if (!at) return nullptr;
    if (at->newest()->has_key(key)) return at->newest();
    if (comes_after(key, *at->newest())) return nullptr; // of a window that is new
    if (at != before) fetch_newest(*at);
    auto& entries = at->entries();
    const auto found = lower_bound(entries, key);
    return found != entries.end() && (*found)->has_key(key) ? *found : nullptr;
}

std::span<hot_entry* const> entry_chains::between(bytes_view first, bytes_view last_tail) const {
    const chain* const at = find_chain(first);
    if (!at) return {};
    fetch_newest(*at);
    auto& entries = at->entries();
    const auto begin = lower_bound(entries, first);
    // What is asked for mostly reaches to the end.
    const tail_order last(keys_, last_tail);
    auto end = entries.end();
    for (int step = 0; step < 8 && end != begin && last.is_before((*(end - 1))->key()); ++step) --end;
    if (end != begin && last.is_before((*(end - 1))->key()))
        end = std::partition_point(begin, end, [&](const hot_entry* entry) { return !last.is_before(entry->key()); });
    return {entries.data() + (begin - entries.begin()), static_cast<std::size_t>(end - begin)};
}

std::span<hot_entry* const> entry_chains::from(bytes_view first) const {
    const chain* const at = find_chain(first);
    if (!at) return {};
    fetch_newest(*at);
    auto& entries = at->entries();
    return {entries.data() + (lower_bound(entries, first) - entries.begin()), entries.data() + entries.size()};
}

entry_chains::found_entry entry_chains::find_or_insert(bytes_view key) {
    if (!is_last_found(key)) {
        hot_entry* made = nullptr;
        last_found_ = &*chains_.lazy_emplace(key, [&](const auto& construct) {
            made = hot_entry::make(key);
            construct(made);
        });
        if (made) {
            ++size_;
            return {made, true};
        }
    }
    auto& entries = last_found_->entries();
    auto place = entries.end();
    if (!comes_after(key, *last_found_->newest())) {
        place = lower_bound(entries, key);
        if (place != entries.end() && (*place)->has_key(key)) return {*place, false};
    }
    ++size_;
    hot_entry* const made = hot_entry::make(key);
    if (place == entries.end())
        entries.push_back(made);
    else
        entries.insert(place, made);
    last_found_->changed();
    return {made, true};
}

void entry_chains::erase(const hot_entry& entry) {
    const chain* const at = find_chain(entry.key());
    if (at->entries().size() == 1) {
        last_found_ = nullptr;
        chains_.erase(chains_.find(entry.key()));
    } else {
        at->entries().erase(lower_bound(at->entries(), entry.key()));
        at->changed();
    }
    --size_;
}

} // namespace streams::inline v0
