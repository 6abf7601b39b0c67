#include "state/tiered_map.hpp"

namespace streams::inline v0 {

namespace {

/// The entries on disk with the newer ones of the hot tier laid over them. Either side may be without entries.
class overlay_cursor final : public store_cursor<store_entry> {
public:
    overlay_cursor(std::unique_ptr<store_cursor<store_entry>> disk, const hot_tier::ordered_entries& hot,
                   std::optional<bytes_view> from, std::optional<bytes_view> to, iteration_order direction,
                   std::size_t cut)
        : disk_(std::move(disk)), descending_(direction == iteration_order::descending), cut_(cut),
          first_(from ? hot.lower_bound(*from) : hot.begin()), last_(end_of(hot, first_, to)) {
        if (from && to && !(*from < *to)) last_ = first_;
    }

    std::optional<store_entry> next() override {
        std::optional<store_entry> entry = next_whole();
        if (entry) entry->key = entry->key.subview(cut_);
        return entry;
    }

private:
    using position = hot_tier::ordered_entries::const_iterator;

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

    /// The first entry that is not below `to`. Most scans are short, and a step costs less than a search.
    static position end_of(const hot_tier::ordered_entries& hot, position from, std::optional<bytes_view> to) {
        if (!to) return hot.end();
        constexpr int steps = 8;
        for (int step = 0; step < steps; ++step, ++from)
            if (from == hot.end() || !((*from)->key() < *to)) return from;
        return hot.lower_bound(*to);
    }
    [[nodiscard]] bool comes_before(bytes_view a, bytes_view b) const { return descending_ ? b < a : a < b; }

    std::unique_ptr<store_cursor<store_entry>> disk_;
    bool descending_;
    std::size_t cut_;
    position first_;
    position last_;
    std::optional<store_entry> on_disk_;
    bool peeked_ = false; ///< on_disk_ was read and not yet handed out
};

} // namespace

std::unique_ptr<store_cursor<store_entry>> tiered_map::cursor(std::optional<bytes_view> from,
                                                              std::optional<bytes_view> to, iteration_order direction,
                                                              std::size_t cut) {
    if (!floor_.empty() && (!from || *from < floor_.view())) from = floor_.view();
    auto below = disk_ ? disk_->cursor({from, to}, direction) : nullptr;
    return std::make_unique<overlay_cursor>(std::move(below), hot_.ordered(), from, to, direction, cut);
}

} // namespace streams::inline v0
