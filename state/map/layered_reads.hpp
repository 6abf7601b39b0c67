#pragma once

#include "state/hot/hot_tier.hpp"
#include "state/kept_failure.hpp"
#include "state/map/key_gap.hpp"
#include "state/map/open_ranges.hpp"
#include "state/map/write_behind.hpp"

#include <streams/state/store_iterator.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace streams::inline v0 {

/// The room of a map that reads: what is in memory, laid over what is on disk; and what ranges that are being read have to know
/// of writes.
class layered_reads {
public:
    /// The references outlive this. `failure`: see store_environment.
    layered_reads(hot_tier& hot, write_behind& below, kept_failure* failure)
        : hot_(hot), below_(below), failure_(failure) {}

    /// The entry of a key, read from the disk where it is not in memory; null: absent. `others()`: what an eviction for it
    /// leaves alone.
    template <class Others>
    [[nodiscard]] hot_entry* find_or_load(bytes_view key, const Others& others) {
        if (hot_entry* const found = hot_.find(key)) {
            found->referenced = true;
            return found;
        }
        return below_.known_absent(key) ? nullptr : &load(key, others());
    }
    /// See tiered_map.
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> cursor(std::optional<bytes_view> from,
                                                                    std::optional<bytes_view> to,
                                                                    iteration_order direction, std::size_t cut,
                                                                    std::optional<std::uint64_t> made_at);
    [[nodiscard]] std::optional<std::span<hot_entry* const>> chain(bytes_view first, bytes_view last_tail) const {
        if (!below_.known_absent(first)) return std::nullopt; // were it not in memory, and so nothing newer
        return hot_.between(first, last_tail);
    }
    [[nodiscard]] std::unique_ptr<store_cursor<store_entry>> chain_cursor(bytes_view prefix, bytes_view past_prefix,
                                                                          std::size_t cut);

    /// To be called before a put.
    void before_put(bytes_view key, bool with_value) {
        if (ranges_.any()) note_for_ranges(key, with_value);
        if (with_value) gap_.put(key);
    }
    /// To be called before a row is restored.
    void before_restore(bytes_view key) { gap_.put(key); }
    void committed() noexcept { ranges_.forget_history(); }
    void rolled_back() noexcept {
        ranges_.forget_history();
        gap_.forget();
    }
    [[nodiscard]] open_ranges& ranges() noexcept { return ranges_; }

private:
    template <class Walk>
    class overlay_cursor;

    [[nodiscard]] hot_entry& load(bytes_view key, unevictable others);
    void note_for_ranges(bytes_view key, bool with_value);

    hot_tier& hot_;
    write_behind& below_;
    kept_failure* failure_;
    open_ranges ranges_;
    key_gap gap_;
};

} // namespace streams::inline v0
