#include "state/windows/tiered_window_store.hpp"

#include "state/foreign_changelog_error.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

namespace {

constexpr std::uint32_t next_sequence(std::uint32_t before) noexcept { return (before + 1) & 0x7fffffff; }

tiered_map_settings window_settings(const store_spec& spec) {
    const window_kind& windows = *spec.as<window_kind>();
    tiered_map_settings settings;
    settings.name = spec.name;
    settings.prefix = stored_prefix::of(spec);
    settings.caching = spec.caching && !windows.retain_duplicates;
    settings.log_headers = windows.retain_duplicates || windows.headers;
    settings.log_sequences = windows.retain_duplicates;
    settings.key_prefix = window_layout::prefix;
    settings.chain_suffix = window_layout::suffix;
    settings.age_of = &window_layout::start_of;
    settings.visible_for = windows.retention.count();
    return settings;
}

} // namespace

tiered_window_store::tiered_window_store(const store_spec& spec, const store_environment& environment)
    : segmented_store(spec, environment, window_settings(spec),
                      window_layout(spec.as<window_kind>()->retention.count(), spec.as<window_kind>()->time_ordered)),
      kind_(*spec.as<window_kind>()) {}

std::int64_t tiered_window_store::oldest_readable() { return oldest_readable_at(map_.position().observed); }

std::int64_t tiered_window_store::oldest_readable_at(std::int64_t observed) const {
    return map_.caches() ? oldest_cached(observed) : layout_.oldest_readable(observed, kind_.reads_expired);
}

std::optional<bytes_view> tiered_window_store::fetch(bytes_view key, std::int64_t start) {
    if (start < oldest_readable_at(map_.position().observed)) return std::nullopt;
    layout_.key(key_, key, start, 0);
    return map_.get(key_.view());
}

void tiered_window_store::put(bytes_view key, std::optional<bytes_view> value, std::int64_t start) {
    store_position& position = map_.position();
    std::uint32_t sequence = 0;
    std::uint32_t log_sequence = 0;
    if (kind_.retain_duplicates) {
        log_sequence = position.log_sequence = next_sequence(position.log_sequence);
        if (!value) {
            if (kind_.nulls_move_time) position.observed = std::max(position.observed, start);
            layout_.key(key_, key, start, 0);
            map_.put_log_only(key_.view(), value, log_sequence);
            return;
        }
        sequence = position.sequence = next_sequence(position.sequence);
    }
    position.observed = std::max(position.observed, start);
    layout_.key(key_, key, start, sequence);
    if (layout_.is_live(start, position.observed))
        map_.put(key_.view(), value, log_sequence);
    else
        map_.put_log_only(key_.view(), value, log_sequence);
}

store_range<window_entry> tiered_window_store::fetch(bytes_view key, std::int64_t from, std::int64_t to,
                                                     iteration_order direction) {
    const time_span starts = readable(from, to);
    return store_range<window_entry>(
        std::make_unique<key_cursor<window_layout>>(map_, layout_, key, starts, direction, key_));
}

void tiered_window_store::fetch_into(bytes_view key, std::int64_t from, std::int64_t to, iteration_order direction,
                                     std::vector<window_entry>& found) {
    read_key(map_, layout_, key, readable(from, to), direction, found, held_, key_,
             [](const window_entry&) { return true; });
}

store_range<window_entry> tiered_window_store::fetch_range(std::optional<bytes_view> first,
                                                           std::optional<bytes_view> last, std::int64_t from,
                                                           std::int64_t to, iteration_order direction) {
    const time_span starts = readable(from, to);
    return store_range<window_entry>(by_key<window_layout>(collect(map_, layout_, first, last, starts), direction));
}

store_range<window_entry> tiered_window_store::by_time(std::int64_t from, std::int64_t to) {
    const time_span starts = readable(from, to);
    return store_range<window_entry>(
        streams::by_time<window_layout>(collect(map_, layout_, std::nullopt, std::nullopt, starts), [](bytes_view key) {
            return std::pair(window_layout::record_key(key), window_layout::sequence_of(key));
        }));
}

std::optional<store_answer> tiered_window_store::ask(const store_question& question, isolation_level seen) {
    const std::int64_t observed = map_.position_for(seen).observed;
    if (const auto* one = std::get_if<key_times_question>(&question))
        return rows_of_key(map_, layout_, *one, {readable(one->from, one->to, observed)}, seen, key_);
    if (const auto* several = std::get_if<keys_times_question>(&question))
        return rows_of_keys(map_, layout_, *several, {readable(several->from, several->to, observed)}, seen);
    return std::nullopt;
}

void tiered_window_store::restore_one(const record_view& record) {
    if (record.key->size() < window_layout::suffix)
        throw foreign_changelog_error(concat("store ", spec_.name, " cannot be restored: the record at offset ",
                                             record.offset, " of its changelog has a key of ", record.key->size(),
                                             " bytes, shorter than a window's start and sequence number; see what else "
                                             "writes to that topic, and reset the application"));
    store_position& position = map_.position();
    const std::int64_t start = window_layout::start_of(*record.key);
    position.observed = std::max(position.observed, start);
    const std::uint32_t sequence = window_layout::sequence_of(*record.key);
    if (kind_.retain_duplicates) position.sequence = position.log_sequence = sequence;
    if (!layout_.is_live(start, position.observed)) return;

    layout_.key(key_, record.key->subview(0, record.key->size() - window_layout::suffix), start, sequence);
    restore_value(record);
}

} // namespace streams::inline v0
