#include "state/map/open_ranges.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

void open_ranges::range::leave() noexcept {
    if (!among_) return;
    open_ranges& among = *std::exchange(among_, nullptr);
    std::erase(among.open_, this);
    if (among.open_.empty()) among.forget_history();
}

void open_ranges::note(bytes_view key, presence before) {
    if (std::ranges::none_of(open_, [&](const range* each) { return each->is_ahead(key); })) return;
    history_[bytes(key)].push_back({++now_, before});
}

presence open_ranges::before_changes(bytes_view key, std::uint64_t made_at) const {
    const auto changes = history_.find(key);
    if (changes == history_.end()) return presence::present;
    const auto first = std::ranges::find_if(changes->second, [=](const change& each) { return each.at > made_at; });
    return first == changes->second.end() ? presence::present : first->before;
}

void open_ranges::abandon_all() noexcept {
    for (range* each : std::exchange(open_, {})) {
        each->among_ = nullptr;
        each->abandon();
    }
    forget_history();
}

} // namespace streams::inline v0
