#include "state/tiered_map.hpp"

namespace streams::inline v0 {

namespace {

/// The entries on disk with the newer ones from `first` to `last` laid over them. Either side may be without entries.
template <class Position>
class overlay_cursor final : public store_cursor<store_entry> {
public:
    overlay_cursor(std::unique_ptr<store_cursor<store_entry>> disk, Position first, Position last,
                   iteration_order direction, std::size_t cut)
        : disk_(std::move(disk)), descending_(direction == iteration_order::descending), cut_(cut), first_(first),
          last_(last) {}

    std::optional<store_entry> next() override {
        std::optional<store_entry> entry = next_whole();
        if (entry) entry->key = entry->key.subview(cut_);
        return entry;
    }

private:
    std::optional<store_entry> next_whole() {
        for (;;) {
            if (disk_ && !peeked_) {
                on_disk_ = disk_->next();
                peeked_ = true;
            }
            if (first_ == last_) {
                peeked_ = false;
                return std::exchange(on_disk_, std::nullopt);
            }
            const hot_entry& entry = **(descending_ ? std::prev(last_) : first_);
            if (on_disk_ && comes_before(on_disk_->key, entry.key())) {
                peeked_ = false;
                return std::exchange(on_disk_, std::nullopt);
            }
            if (on_disk_ && on_disk_->key == entry.key()) peeked_ = false;
            if (descending_)
                --last_;
            else
                ++first_;
            if (const auto value = entry.visible()) return store_entry{entry.key(), *value};
        }
    }

    [[nodiscard]] bool comes_before(bytes_view a, bytes_view b) const { return descending_ ? b < a : a < b; }

    std::unique_ptr<store_cursor<store_entry>> disk_;
    bool descending_;
    std::size_t cut_;
    Position first_;
    Position last_;
    std::optional<store_entry> on_disk_;
    bool peeked_ = false; ///< on_disk_ was read and not yet handed out
};

using ordered_position = hot_tier::ordered_entries::const_iterator;

/// The first entry that is not below `to`. Most scans are short, and a step costs less than a search.
ordered_position end_of(const hot_tier::ordered_entries& hot, ordered_position from, std::optional<bytes_view> to) {
    if (!to) return hot.end();
    constexpr int steps = 8;
    for (int step = 0; step < steps; ++step, ++from)
        if (from == hot.end() || !((*from)->key() < *to)) return from;
    return hot.lower_bound(*to);
}

} // namespace

std::unique_ptr<store_cursor<store_entry>> tiered_map::cursor(std::optional<bytes_view> from,
                                                              std::optional<bytes_view> to, iteration_order direction,
                                                              std::size_t cut) {
    if (!floor_.empty() && (!from || *from < floor_.view())) from = floor_.view();
    auto below = disk_ ? disk_->cursor({from, to}, direction) : nullptr;
    const auto& hot = hot_.ordered();
    const auto first = from ? hot.lower_bound(*from) : hot.begin();
    const auto last = from && to && !(*from < *to) ? first : end_of(hot, first, to);
    return std::make_unique<overlay_cursor<ordered_position>>(std::move(below), first, last, direction, cut);
}

std::unique_ptr<store_cursor<store_entry>> tiered_map::chain_cursor(bytes_view prefix, bytes_view past_prefix,
                                                                    std::size_t cut) {
    constexpr auto direction = iteration_order::ascending;
    auto below = known_absent(prefix) ? nullptr : disk_->cursor({prefix, past_prefix}, direction);
    const auto hot = hot_.chain(prefix);
    return std::make_unique<overlay_cursor<std::span<hot_entry* const>::iterator>>(std::move(below), hot.begin(),
                                                                                   hot.end(), direction, cut);
}

} // namespace streams::inline v0
