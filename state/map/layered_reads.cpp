#include "state/map/layered_reads.hpp"

#include <utility>

namespace streams::inline v0 {

namespace {

/// The keys that a cursor has not gone past: from <= key < to.
struct keys_ahead {
    bytes from;
    std::optional<bytes> to; ///< nullopt: open

    [[nodiscard]] bool contains(bytes_view key) const noexcept {
        return !(key < from.view()) && (!to || key < to->view());
    }
    [[nodiscard]] std::optional<bytes_view> end() const noexcept {
        return to ? std::optional(to->view()) : std::nullopt;
    }
};

keys_ahead keys_between(open_ranges& ranges, bytes_view from, std::optional<bytes_view> to) {
    keys_ahead keys{ranges.take_buffer(), std::nullopt};
    keys.from.assign(from);
    if (to) keys.to.emplace(ranges.take_buffer()).assign(*to);
    return keys;
}

/// A walk over the entries in memory that differ from the disk, of any keys.
class ordered_walk {
public:
    static constexpr bool sees_all_in_memory = false;

    explicit ordered_walk(iteration_order direction) noexcept : descending_(direction == iteration_order::descending) {}

    [[nodiscard]] bool descending() const noexcept { return descending_; }
    void seek(hot_tier& hot, const keys_ahead& keys) {
        const auto& entries = hot.ordered();
        first_ = keys.from.empty() ? entries.begin() : entries.lower_bound(keys.from.view());
        last_ = end_of(entries, first_, keys.end());
    }
    /// Null: the end.
    [[nodiscard]] const hot_entry* current() const {
        if (first_ == last_) return nullptr;
        return *(descending_ ? std::prev(last_) : first_);
    }
    void advance() noexcept {
        if (descending_)
            --last_;
        else
            ++first_;
    }

private:
    using position = hot_tier::ordered_entries::const_iterator;

    /// The first entry that is not below `to`. Most scans are short, and a step costs less than a search.
    static position end_of(const hot_tier::ordered_entries& entries, position from, std::optional<bytes_view> to) {
        if (!to) return entries.end();
        constexpr int steps = 8;
        for (int step = 0; step < steps; ++step, ++from)
            if (from == entries.end() || !((*from)->key() < *to)) return from;
        return entries.lower_bound(*to);
    }

    bool descending_;
    position first_;
    position last_;
};

/// A walk over the entries in memory of one chain, ascending.
class chain_walk {
public:
    static constexpr bool sees_all_in_memory = true;

    [[nodiscard]] static constexpr bool descending() noexcept { return false; }
    void seek(hot_tier& hot, const keys_ahead& keys) { entries_ = hot.chain_from(keys.from); }
    [[nodiscard]] const hot_entry* current() const { return entries_.empty() ? nullptr : entries_.front(); }
    void advance() noexcept { entries_ = entries_.subspan(1); }

private:
    std::span<hot_entry* const> entries_;
};

} // namespace

/// The entries on disk with the newer ones in memory laid over them. Where the map has changed since the last step, both
/// are looked up again by the keys that are left, so that nothing a write may have freed is touched.
template <class Walk>
class layered_reads::overlay_cursor final : public store_cursor<store_entry>, private open_ranges::range {
public:
    overlay_cursor(layered_reads& reads, Walk walk, keys_ahead keys, std::size_t cut,
                   std::optional<std::uint64_t> made_at)
        : range(reads.ranges_), reads_(&reads), walk_(walk), keys_(std::move(keys)), cut_(cut),
          made_at_(made_at.value_or(range::made_at())), learns_gap_(!Walk::sees_all_in_memory && !walk.descending()),
          value_(reads.ranges_.take_buffer()) {}
    ~overlay_cursor() override { give_buffers_back(); }

    std::optional<store_entry> next() override {
        if (!reads_) return std::nullopt;
        return keeping_failure(reads_->failure_, [&] { return step(); });
    }

private:
    std::optional<store_entry> step() {
        if (learns_gap_) keys_.from.assign(reads_->gap_.skip(keys_.from));
        if (changes_ != reads_->hot_.changes() || disk_writes_ != reads_->below_.writes()) {
            if (keys_.to && !(keys_.from < *keys_.to)) return end();
            find_position();
        }
        for (std::size_t deleted = 0;; ++deleted) {
            if (below_ && !peeked_) {
                on_disk_ = below_->next();
                peeked_ = true;
            }
            const hot_entry* const entry = walk_.current();
            if (!entry || (on_disk_ && comes_before(on_disk_->key, entry->key()))) {
                learn_gap(on_disk_ ? on_disk_->key : keys_.end(), deleted);
                if (!on_disk_) return end();
                peeked_ = false;
                const store_entry found = *std::exchange(on_disk_, std::nullopt);
                return hand_out(found.key, found.value);
            }
            const bool also_on_disk = on_disk_ && on_disk_->key == entry->key();
            if (also_on_disk) {
                peeked_ = false;
                on_disk_.reset();
            }
            walk_.advance();
            const auto value = entry->visible();
            if (!value) continue;
            learn_gap(entry->key(), deleted);
            if (!was_there(entry->key(), also_on_disk)) continue;
            value_.assign(*value);
            return hand_out(entry->key(), value_);
        }
    }
    [[nodiscard]] bool comes_before(bytes_view a, bytes_view b) const { return walk_.descending() ? b < a : a < b; }
    [[nodiscard]] bool was_there(bytes_view key, bool is_on_disk) const {
        const presence before = reads_->ranges_.before(key, made_at_);
        return before == presence::present || (before == presence::unread && is_on_disk);
    }

    /// `first`: the first key that is there.
    void learn_gap(std::optional<bytes_view> first, std::size_t deleted) {
        if (std::exchange(learns_gap_, false) && first) reads_->gap_.learn(keys_.from, *first, deleted);
    }
    void find_position() {
        if (disk_writes_ != reads_->below_.writes() || !below_) open_disk();
        walk_.seek(reads_->hot_, keys_);
        changes_ = reads_->hot_.changes();
    }
    void open_disk() {
        disk_writes_ = reads_->below_.writes();
        peeked_ = false;
        on_disk_.reset();
        if (!reads_->below_.has_disk() || (Walk::sees_all_in_memory && reads_->below_.known_absent(keys_.from))) return;
        below_ = reads_->below_.cursor({keys_.from.view(), keys_.end()},
                                       walk_.descending() ? iteration_order::descending : iteration_order::ascending);
    }
    /// What is handed out stays as it is until the next step.
    store_entry hand_out(bytes_view key, bytes_view value) {
        if (walk_.descending()) {
            keys_.to.emplace(key);
            return {keys_.to->view().subview(cut_), value};
        }
        keys_.from.assign(key);
        keys_.from.push_back(std::byte{0});
        return {keys_.from.view().subview(cut_, key.size() - cut_), value};
    }
    std::nullopt_t end() {
        give_buffers_back();
        leave();
        abandon();
        return std::nullopt;
    }

    void give_buffers_back() {
        if (!reads_) return;
        reads_->ranges_.give_back(std::move(value_));
        reads_->ranges_.give_back(std::move(keys_.from));
        if (keys_.to) reads_->ranges_.give_back(std::move(*keys_.to));
    }

    [[nodiscard]] bool is_ahead(bytes_view key) const noexcept override { return keys_.contains(key); }
    void abandon() noexcept override {
        reads_ = nullptr;
        on_disk_.reset();
        below_.reset();
    }

    layered_reads* reads_; ///< null: at the end
    Walk walk_;
    keys_ahead keys_;
    std::size_t cut_;
    std::uint64_t made_at_;
    std::uint64_t changes_ = 0;                        ///< of the map, when the position was found
    std::uint64_t disk_writes_ = 0;                    ///< the same of the disk
    std::unique_ptr<store_cursor<store_entry>> below_; ///< null: nothing is there
    std::optional<store_entry> on_disk_;
    bool peeked_ = false; ///< on_disk_ was read and not yet handed out
    bool learns_gap_;     ///< in the first step
    bytes value_;
};

std::unique_ptr<store_cursor<store_entry>> layered_reads::cursor(std::optional<bytes_view> from,
                                                                 std::optional<bytes_view> to,
                                                                 iteration_order direction, std::size_t cut,
                                                                 std::optional<std::uint64_t> made_at) {
    const bytes_view floor = below_.floor();
    if (!floor.empty() && (!from || *from < floor)) from = floor;
    keys_ahead keys = keys_between(ranges_, from.value_or(bytes_view()), to);
    return std::make_unique<overlay_cursor<ordered_walk>>(*this, ordered_walk(direction), std::move(keys), cut,
                                                          made_at);
}

std::unique_ptr<store_cursor<store_entry>> layered_reads::chain_cursor(bytes_view prefix, bytes_view past_prefix,
                                                                       std::size_t cut) {
    return std::make_unique<overlay_cursor<chain_walk>>(*this, chain_walk(), keys_between(ranges_, prefix, past_prefix),
                                                        cut, std::nullopt);
}

hot_entry& layered_reads::load(bytes_view key, unevictable others) {
    return keeping_failure(failure_, [&]() -> hot_entry& { return below_.load(key, others); });
}

void layered_reads::note_for_ranges(bytes_view key, bool with_value) {
    presence before = below_.known_absent(key) ? presence::absent : presence::unread;
    const hot_entry* const found = hot_.find(key);
    if (found && found->state != entry_state::unread) before = found->visible() ? presence::present : presence::absent;
    if (before != (with_value ? presence::present : presence::absent)) ranges_.note(key, before);
}

} // namespace streams::inline v0
