#pragma once

#include "state/hot/same_key.hpp"

#include <streams/core/big_endian.hpp>
#include <streams/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// One of many that are sorted by key.
template <class Item>
struct led_item {
    std::uint64_t lead; ///< of its key, behind what all keys begin with: most comparisons end there
    Item item;
};

/// The 8 bytes of a key from `at` on, in the order of keys; zeros for those behind its end. REQUIRES: at <= key.size().
[[nodiscard]] inline std::uint64_t lead_of(bytes_view key, std::size_t at) noexcept {
    const std::size_t rest = key.size() - at;
    if (rest >= sizeof(std::uint64_t)) return load_big_endian<std::uint64_t>(key.data() + at);
    std::byte lead[sizeof(std::uint64_t)]{};
    if (rest > 0) std::memcpy(lead, key.data() + at, rest);
    return load_big_endian<std::uint64_t>(lead);
}

/// How many bytes both begin with, `most` at most.
[[nodiscard]] inline std::size_t common_prefix(bytes_view a, bytes_view b, std::size_t most) noexcept {
    const std::size_t size = std::min({a.size(), b.size(), most});
    if (same_key(a.subview(0, size), b.subview(0, size))) return size;
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.begin() + size, b.begin()).first - a.begin());
}

/// Sorts by lead, those of one lead as they were. By counting digits, the last first: each pass keeps the order of the one
/// before. `spare` is memory, as large.
template <class Item>
void sort_by_lead(std::span<led_item<Item>> items, std::span<led_item<Item>> spare) {
    constexpr std::size_t bits = 11; // what is counted fits into the nearest cache
    constexpr std::size_t digits = (64 + bits - 1) / bits;
    constexpr std::size_t values = std::size_t{1} << bits;
    const auto digit_of = [](const led_item<Item>& of, std::size_t digit) {
        return of.lead >> bits * digit & (values - 1);
    };
    std::array<std::array<std::uint32_t, values>, digits> counts{};
    for (const led_item<Item>& each : items)
        for (std::size_t digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(each, digit)];
    std::span from = items;
    std::span to = spare;
    for (std::size_t digit = 0; digit < digits; ++digit) {
        auto& places = counts[digit];
        if (places[digit_of(from.front(), digit)] == from.size()) continue;
        std::uint32_t next = 0;
        for (std::uint32_t& place : places) next += std::exchange(place, next);
        for (const led_item<Item>& each : from) to[places[digit_of(each, digit)]++] = each;
        std::swap(from, to);
    }
    if (from.data() != items.data()) std::ranges::copy(from, items.begin());
}

/// Sorts by key, and those of one key by item, in which order they come. The leads are of what is behind the first `prefix` bytes,
/// in which all keys are equal. `key_of(item)`; `fetch(item)` has memory bring what that looks at.
template <class Item, class KeyOf, class Fetch>
void sort_by_key(std::span<led_item<Item>> items, std::size_t prefix, const KeyOf& key_of, const Fetch& fetch) {
    using led = led_item<Item>;
    constexpr std::size_t few = 256; // for fewer, counting takes longer than comparing
    constexpr std::ptrdiff_t ahead = 16;
    const auto is_before = [&](const led& a, const led& b) {
        if (a.lead != b.lead) return a.lead < b.lead;
        const auto order = key_of(a.item) <=> key_of(b.item);
        return order != 0 ? order < 0 : a.item < b.item;
    };
    if (items.size() < few) return std::sort(items.begin(), items.end(), is_before);
    sort_by_lead<Item>(items, {std::make_unique_for_overwrite<led[]>(items.size()).get(), items.size()});
    const std::size_t depth = prefix + sizeof(std::uint64_t);
    std::vector<led> deeper;
    for (auto begin = items.begin(); begin != items.end();) {
        auto end = begin;
        do {
            const auto soon = items.end() - end > ahead ? end + ahead : end;
            if (soon != end && soon[0].lead == soon[-1].lead) {
                fetch(soon[-1].item);
                fetch(soon[0].item);
            }
            ++end;
        } while (end != items.end() && end->lead == begin->lead);
        const std::span alike(begin, end);
        begin = end;
        if (alike.size() == 1) continue;
        const bytes_view first = key_of(alike.front().item);
        const auto is_first = [&](const led& each) { return key_of(each.item) == first; };
        if (std::ranges::all_of(alike.subspan(1), is_first)) continue;
        const auto goes_on = [&](const led& each) { return key_of(each.item).size() > depth; };
        if (alike.size() < few || !std::ranges::all_of(alike, goes_on)) {
            std::sort(alike.begin(), alike.end(), is_before);
            continue;
        }
        deeper.clear();
        for (const led& each : alike) deeper.push_back({lead_of(key_of(each.item), depth), each.item});
        sort_by_key<Item>(deeper, depth, key_of, fetch);
        for (std::size_t at = 0; at < alike.size(); ++at) alike[at].item = deeper[at].item;
    }
}

} // namespace streams::inline v0
