#include "state/entry_chains.hpp"

namespace streams::inline v0 {

entry_chains::entries_of_chain::iterator entry_chains::lower_bound(entries_of_chain& in, bytes_view key) const {
    const bytes_view wanted = key.subview(key.size() - suffix_);
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
    return found != at->entries.end() && (*found)->key() == key ? *found : nullptr;
}

std::span<hot_entry* const> entry_chains::between(bytes_view first, bytes_view last_tail) const {
    const auto at = chains_.find(first);
    if (at == chains_.end()) return {};
    auto& entries = at->entries;
    const auto begin = lower_bound(entries, first);
    auto end = begin;
    while (end != entries.end() && !(last_tail < tail(*end))) ++end;
    return {entries.data() + (begin - entries.begin()), static_cast<std::size_t>(end - begin)};
}

void entry_chains::insert(hot_entry& entry) {
    ++size_;
    const auto at = chains_.find(entry.key());
    if (at == chains_.end())
        chains_.insert(chain{{&entry}});
    else
        at->entries.insert(lower_bound(at->entries, entry.key()), &entry);
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
