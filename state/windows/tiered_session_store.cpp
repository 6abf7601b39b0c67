#include "state/windows/tiered_session_store.hpp"

#include "state/foreign_changelog_error.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

namespace {

tiered_map_settings session_settings(const store_spec& spec) {
    tiered_map_settings settings;
    settings.name = spec.name;
    settings.prefix = stored_prefix::of(spec);
    settings.log_headers = spec.keeps_headers();
    settings.caching = spec.caching;
    settings.key_prefix = session_layout::prefix;
    settings.age_of = &session_layout::time_of;
    settings.chain_suffix = session_layout::suffix;
    settings.visible_for = spec.as<session_kind>()->retention.count();
    return settings;
}

/// Leaves out sessions that begin after `latest_start`.
class started_by_cursor final : public store_cursor<session_entry> {
public:
    started_by_cursor(std::unique_ptr<store_cursor<session_entry>> from, std::int64_t latest_start)
        : from_(std::move(from)), latest_start_(latest_start) {}
    std::optional<session_entry> next() override {
        auto entry = from_->next();
        while (entry && entry->window.start > latest_start_) entry = from_->next();
        return entry;
    }

private:
    std::unique_ptr<store_cursor<session_entry>> from_;
    std::int64_t latest_start_;
};

} // namespace

tiered_session_store::tiered_session_store(const store_spec& spec, const store_environment& environment)
    : segmented_store(
          spec, environment, session_settings(spec),
          session_layout(spec.as<session_kind>()->retention.count(), spec.as<session_kind>()->time_ordered)),
      reads_expired_(spec.as<session_kind>()->reads_expired) {}

std::int64_t tiered_session_store::oldest_readable_at(std::int64_t observed) const {
    return map_.caches() ? oldest_cached(observed) : layout_.oldest_readable(observed);
}

time_span tiered_session_store::live(std::int64_t from, std::int64_t to) {
    const std::int64_t observed = map_.position().observed;
    return {std::max(from, layout_.oldest_live(observed)), std::min(to, observed)};
}

std::optional<bytes_view> tiered_session_store::fetch(bytes_view key, window session) {
    if (session.end < oldest_readable_at(map_.position().observed)) return std::nullopt;
    layout_.key(key_, key, session.end, session.start);
    return map_.get(key_.view());
}

void tiered_session_store::put(bytes_view key, std::optional<bytes_view> value, window session) {
    store_position& position = map_.position();
    position.observed = std::max(position.observed, session.end);
    layout_.key(key_, key, session.end, session.start);
    if (layout_.is_live(session.end, position.observed))
        map_.put(key_.view(), value);
    else
        map_.put_log_only(key_.view(), value);
}

store_range<session_entry> tiered_session_store::find(bytes_view key, std::int64_t earliest_end,
                                                      std::int64_t latest_start, iteration_order direction) {
    auto all = std::make_unique<key_cursor<session_layout>>(
        map_, layout_, key, readable(earliest_end, std::numeric_limits<std::int64_t>::max()), direction, key_);
    return store_range<session_entry>(std::make_unique<started_by_cursor>(std::move(all), latest_start));
}

void tiered_session_store::find_into(bytes_view key, std::int64_t earliest_end, std::int64_t latest_start,
                                     std::vector<session_entry>& found) {
    read_key(map_, layout_, key, readable(earliest_end, std::numeric_limits<std::int64_t>::max()),
             iteration_order::ascending, found, held_, key_,
             [&](const session_entry& entry) { return entry.window.start <= latest_start; });
}

store_range<session_entry> tiered_session_store::find_range(std::optional<bytes_view> first,
                                                            std::optional<bytes_view> last, std::int64_t earliest_end,
                                                            std::int64_t latest_start, iteration_order direction) {
    auto found = collect(map_, layout_, first, last, readable(earliest_end, std::numeric_limits<std::int64_t>::max()));
    std::erase_if(found, [&](const collected_entry& entry) {
        return session_layout::session_of(entry.map_key).start > latest_start;
    });
    return store_range<session_entry>(by_key<session_layout>(std::move(found), direction));
}

store_range<session_entry> tiered_session_store::ended(std::int64_t from, std::int64_t to) {
    const time_span ends = reads_expired_ ? live(from, to) : readable(from, to);
    return store_range<session_entry>(
        by_time<session_layout>(collect(map_, layout_, std::nullopt, std::nullopt, ends), [](bytes_view key) {
            return std::pair(session_layout::session_of(key).start, session_layout::record_key(key));
        }));
}

std::optional<store_answer> tiered_session_store::ask(const store_question& question, isolation_level seen) {
    const std::int64_t observed = map_.position_for(seen).observed;
    const auto wanted = [&](std::int64_t earliest_end, std::int64_t latest_start) {
        return queried_times{readable(earliest_end, std::numeric_limits<std::int64_t>::max(), observed), latest_start};
    };
    if (const auto* one = std::get_if<key_times_question>(&question))
        return rows_of_key(map_, layout_, *one, wanted(one->from, one->to), seen, key_);
    if (const auto* several = std::get_if<keys_times_question>(&question))
        return rows_of_keys(map_, layout_, *several, wanted(several->from, several->to), seen);
    return std::nullopt;
}

void tiered_session_store::restore_one(const record_view& record) {
    if (record.key->size() < session_layout::suffix)
        throw foreign_changelog_error(concat("store ", spec_.name, " cannot be restored: the record at offset ",
                                             record.offset, " of its changelog has a key of ", record.key->size(),
                                             " bytes, shorter than a session's end and start; see what else writes to "
                                             "that topic, and reset the application"));
    store_position& position = map_.position();
    const window session = session_layout::session_of(*record.key);
    position.observed = std::max(position.observed, session.end);
    if (!layout_.is_live(session.end, position.observed)) return;
    layout_.key(key_, record.key->subview(0, record.key->size() - session_layout::suffix), session.end, session.start);
    restore_value(record);
}

} // namespace streams::inline v0
