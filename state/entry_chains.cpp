#include "state/entry_chains.hpp"

namespace streams::inline v0 {

entry_chains::entries_of_chain::iterator entry_chains::lower_bound(entries_of_chain& in, bytes_view key) const {
    const bytes_view wanted = key.subview(key.size() - margins_.suffix);
    auto end = in.end();
    // A few steps from the end, then by halves.
    for (int step = 0; step < 8; ++step) {
        if (end == in.begin() || tail(*(end - 1)) < wanted) return end;
        --end;
    }
    return std::lower_bound(in.begin(), end, wanted,
                            [this](const hot_entry* entry, bytes_view than) { return tail(entry) < than; });
}

hot_entry* entry_chains::find(bytes_view key) const {
    const auto at = chains_.find(key);
    if (at == chains_.end()) return nullptr;
    const auto found = lower_bound(at->entries, key);
    return found != at->entries.end() && tail(*found) == key.subview(key.size() - margins_.suffix) ? *found : nullptr;
}

std::span<hot_entry* const> entry_chains::between(bytes_view first, bytes_view last_tail) const {
    const auto at = chains_.find(first);
    if (at == chains_.end()) return {};
    auto& entries = at->entries;
    const auto begin = lower_bound(entries, first);
    // What is asked for mostly reaches to the end.
    auto end = entries.end();
    for (int step = 0; step < 8 && end != begin && last_tail < tail(*(end - 1)); ++step) --end;
    if (end != begin && last_tail < tail(*(end - 1)))
        end = std::upper_bound(begin, end, last_tail,
                               [this](bytes_view than, const hot_entry* entry) { return than < tail(entry); });
    return {entries.data() + (begin - entries.begin()), static_cast<std::size_t>(end - begin)};
}

entry_chains::found_entry entry_chains::find_or_insert(bytes_view key) {
    bool is_first = false;
    const auto at = chains_.lazy_emplace(key, [&](const auto& construct) {
        is_first = true;
        construct(chain{{hot_entry::make(key)}});
    });
    auto& entries = at->entries;
    if (is_first) {
        ++size_;
        return {entries.front(), true};
    }
    const auto place = lower_bound(entries, key);
    if (place != entries.end() && tail(*place) == key.subview(key.size() - margins_.suffix)) return {*place, false};
    ++size_;
    return {*entries.insert(place, hot_entry::make(key)), true};
}

void entry_chains::erase(const hot_entry& entry) {
    const auto at = chains_.find(entry.key());
    if (at->entries.size() == 1)
        chains_.erase(at);
    else
        at->entries.erase(lower_bound(at->entries, entry.key()));
    --size_;
}

} // namespace streams::inline v0
