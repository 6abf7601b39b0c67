#include "state/versions/tiered_versioned_store.hpp"

#include "state/disk/corrupt_state_error.hpp"
#include "state/disk/rocksdb_backing.hpp"

#include <streams/core/big_endian.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

namespace {

constexpr std::size_t timestamp_bytes = 8;

tiered_map_settings versioned_settings(const store_spec& spec) {
    tiered_map_settings settings;
    settings.name = spec.name;
    settings.key_prefix = version_layout::prefix;
    settings.reads_restored = true;
    return settings;
}

/// A version with bytes of its own.
struct copied_version {
    bytes value;
    std::int64_t from;
    std::int64_t to;
};

/// Those of one answer.
struct version_copies {
    /// Throws query_memory_error.
    void add(bytes_view value, std::int64_t from, std::int64_t to, std::string_view store) {
        memory.add(sizeof(copied_version) + value.size(), store);
        all.push_back({bytes(value), from, to});
    }

    copied_bytes memory;
    std::vector<copied_version> all{};
};

class copied_versions final : public store_cursor<found_row> {
public:
    copied_versions(bytes_view key, version_copies found) : key_(key), found_(std::move(found)) {}
    std::optional<found_row> next() override {
        if (at_ == found_.all.size()) return std::nullopt;
        const copied_version& one = found_.all[at_++];
        return found_row{key_, one.value, one.from, one.to};
    }

private:
    bytes key_;
    version_copies found_;
    std::size_t at_ = 0;
};

/// The map holds rows, the changelog gets puts: so the map itself logs nothing.
store_environment without_changelog(store_environment environment) {
    environment.changelog = nullptr;
    return environment;
}

versioned_record latest_of(bytes_view stored, const std::string& store) {
    if (stored.size() < timestamp_bytes)
        throw corrupt_state_error(store, concat("store ", store, " is damaged: a newest version of ", stored.size(),
                                                " bytes has no timestamp"));
    return {stored.subview(timestamp_bytes), load_big_endian<std::int64_t>(stored.data())};
}

} // namespace

tiered_versioned_store::tiered_versioned_store(const store_spec& spec, const store_environment& environment)
    : spec_(spec), layout_(spec.as<versioned_kind>()->retention.count()), changelog_(environment.changelog),
      failure_(environment.failure),
      map_(versioned_settings(spec), without_changelog(environment), environment.open_backing(spec)),
      in_transactions_(environment.in_transactions), row_(spec.name), older_row_(spec.name) {
    expire(observed());
}

// Reading

std::optional<bytes_view> tiered_versioned_store::read(std::int64_t segment, bytes_view key) {
    version_layout::key(key_, segment, key);
    return map_.get(key_.view());
}

std::optional<versioned_record> tiered_versioned_store::get(bytes_view key) {
    return keeping_failure(failure_, [&]() -> std::optional<versioned_record> {
        const auto stored = read(version_layout::latest, key);
        if (!stored) return std::nullopt;
        return latest_of(*stored, spec_.name);
    });
}

std::optional<versioned_record> tiered_versioned_store::get(bytes_view key, std::int64_t as_of) {
    return keeping_failure(failure_, [&] {
        return version_at([&](std::int64_t segment) { return read(segment, key); }, as_of, observed());
    });
}

template <class Read>
std::optional<versioned_record> tiered_versioned_store::version_at(Read read, std::int64_t as_of,
                                                                   std::int64_t observed) {
    if (const auto stored = read(version_layout::latest)) {
        const versioned_record latest = latest_of(*stored, spec_.name);
        if (latest.valid_from <= as_of) return latest;
    }
    if (as_of < layout_.oldest_kept(observed)) return std::nullopt;
    for (std::int64_t segment = layout_.segment_of(observed); segment >= layout_.segment_of(as_of); --segment) {
        const auto row = read(segment);
        if (!row) continue;
        if (row_.next_of(*row) <= as_of) return std::nullopt;
        if (row_.first_of(*row) > as_of) continue;
        row_.read(*row);
        const std::size_t at = row_.find(as_of);
        const version_row::version& found = row_.at(at);
        if (!found.value) return std::nullopt;
        return versioned_record{*found.value, found.from, row_.valid_to(at)};
    }
    return std::nullopt;
}

std::optional<store_answer> tiered_versioned_store::ask(const store_question& question, isolation_level seen) {
    if (const auto* history_of = std::get_if<history_question>(&question)) return history(*history_of, seen);
    const auto* one = std::get_if<version_question>(&question);
    if (one == nullptr) return std::nullopt;
    const auto found = version_at(
        [&](std::int64_t segment) {
            version_layout::key(key_, segment, one->key);
            return map_.queries().get(key_, seen);
        },
        one->as_of.value_or(still_valid), map_.position_for(seen).observed);
    version_copies versions{copied_bytes(map_.queries().memory())};
    if (found) versions.add(found->value, found->valid_from, found->valid_to.value_or(still_valid), spec_.name);
    return std::make_unique<copied_versions>(one->key, std::move(versions));
}

/// Newest first, as rows have them: a version lies in the segment of its end.
found_rows tiered_versioned_store::history(const history_question& asked, isolation_level seen) {
    const std::int64_t observed = map_.position_for(seen).observed;
    const std::int64_t from = std::max({asked.from, layout_.oldest_kept(observed), std::int64_t{0}});
    const auto stored = [&](std::int64_t segment) {
        version_layout::key(key_, segment, asked.key);
        return map_.queries().get(key_, seen);
    };
    version_copies versions{copied_bytes(map_.queries().memory())};
    if (const auto newest = stored(version_layout::latest)) {
        const versioned_record latest = latest_of(*newest, spec_.name);
        if (latest.valid_from <= asked.to) versions.add(latest.value, latest.valid_from, still_valid, spec_.name);
    }
    for (std::int64_t segment = layout_.segment_of(observed); from <= asked.to && segment >= layout_.segment_of(from);
         --segment) {
        const auto row = stored(segment);
        if (!row) continue;
        row_.read(*row);
        for (std::size_t at = 0; at < row_.size(); ++at) {
            const auto& [begins, value] = row_.at(at);
            if (value && begins <= asked.to && row_.valid_to(at) > from)
                versions.add(*value, begins, row_.valid_to(at), spec_.name);
        }
    }
    if (asked.order == iteration_order::ascending) std::ranges::reverse(versions.all);
    return std::make_unique<copied_versions>(asked.key, std::move(versions));
}

// Writing

version_put tiered_versioned_store::put(bytes_view key, std::optional<bytes_view> value, std::int64_t timestamp) {
    if (changelog_) log_.add(key, value, timestamp);
    return keeping_failure(failure_, [&] { return apply({key, {timestamp, value}}); });
}

version_put tiered_versioned_store::apply(const one_put& put) {
    const std::int64_t time = put.version.from;
    if (time < layout_.oldest_kept(observed())) return {.stored = false};
    map_.position().observed = std::max(observed(), time);

    std::optional<std::int64_t> next; // when the version after the one that is put begins
    if (const auto stored = read(version_layout::latest, put.key)) {
        const versioned_record latest = latest_of(*stored, spec_.name);
        if (time >= latest.valid_from) {
            replace_latest(put, latest.valid_from, latest.value);
            return {};
        }
        next = latest.valid_from;
    }
    for (std::int64_t segment = layout_.segment_of(observed()); segment >= layout_.segment_of(time); --segment) {
        const auto row = read(segment, put.key);
        if (!row) continue;
        if (row_.next_of(*row) <= time) break;
        const std::int64_t first = row_.first_of(*row);
        if (first <= time) return put_into_row(put, segment, *row);
        next = first;
    }
    return next ? put_before(put, *next) : put_latest(put);
}

void tiered_versioned_store::replace_latest(const one_put& put, std::int64_t latest_from, bytes_view latest) {
    if (put.version.from > latest_from) {
        moved_.assign(latest);
        move_to_older(put.key, {latest_from, moved_.view()}, put.version.from);
    }
    put_latest_value(put.key, put.version);
}

/// The version's end is now `to`, which may lie in another segment than before.
void tiered_versioned_store::move_to_older(bytes_view key, version_row::version version, std::int64_t to) {
    const std::int64_t segment = layout_.segment_of(to);
    if (!is_live(segment)) return;
    if (const auto row = read(segment, key)) {
        older_row_.read(*row);
        older_row_.insert_newest(version, to);
    } else {
        older_row_.begin(version.value, version.from, to);
    }
    write(segment, key, older_row_.write());
}

void tiered_versioned_store::put_latest_value(bytes_view key, const version_row::version& version) {
    if (!version.value) return write(version_layout::latest, key, std::nullopt);
    latest_.clear();
    append_big_endian(latest_, version.from);
    latest_.append(*version.value);
    write(version_layout::latest, key, latest_.view());
}

/// `row` has a version that is valid at the time of the put.
version_put tiered_versioned_store::put_into_row(const one_put& put, std::int64_t segment, bytes_view row) {
    const std::int64_t time = put.version.from;
    row_.read(row);
    const std::size_t at = row_.find(time);
    const std::int64_t valid_to = row_.valid_to(at);
    const bool same_version = row_.at(at).from == time;
    const bool leaves_segment = !same_version && layout_.segment_of(time) != segment;
    if (leaves_segment) move_to_older(put.key, row_.at(at), time);
    if (same_version || leaves_segment)
        row_.replace(at, put.version);
    else
        row_.insert(at, put.version);
    write(segment, put.key, row_.write());
    return {true, valid_to};
}

/// Nothing newer is known of the key, and nothing in the segments that the put touches.
version_put tiered_versioned_store::put_latest(const one_put& put) {
    if (put.version.value) {
        put_latest_value(put.key, put.version);
        return {};
    }
    // A deletion must not stay for ever, so it lies in the segment of its own time.
    const std::int64_t time = put.version.from;
    const std::int64_t segment = layout_.segment_of(time);
    if (const auto row = read(segment, put.key)) {
        row_.read(*row);
        if (row_.next() == time) return {};
        row_.insert_newest({row_.next(), std::nullopt}, time);
    } else {
        row_.begin(std::nullopt, time, time);
    }
    write(segment, put.key, row_.write());
    return {};
}

/// The version that is put ends when the one that begins at `next` does begin.
version_put tiered_versioned_store::put_before(const one_put& put, std::int64_t next) {
    const std::int64_t segment = layout_.segment_of(next);
    if (const auto row = read(segment, put.key)) {
        row_.read(*row);
        if (row_.next() <= put.version.from)
            row_.insert_newest(put.version, next);
        else
            row_.insert_oldest(put.version);
    } else {
        row_.begin(put.version.value, put.version.from, next);
    }
    write(segment, put.key, row_.write());
    return {true, next};
}

void tiered_versioned_store::write(std::int64_t segment, bytes_view key, std::optional<bytes_view> value) {
    version_layout::key(key_, segment, key);
    if (restoring_)
        map_.restore(key_.view(), {}, value);
    else
        map_.put(key_.view(), value);
}

// Restore and commit

void tiered_versioned_store::restore(std::span<const record_view> records) {
    restoring_ = true;
    for (const record_view& record : records)
        if (record.key) apply({*record.key, {record.timestamp, record.value}});
    restoring_ = false;
    if (records.empty()) return;
    expire(observed());
    map_.restored_up_to(records.back().offset);
}

void tiered_versioned_store::restored(std::optional<std::int64_t> offset) { map_.restored(offset); }

void tiered_versioned_store::flush() {
    if (owes_correction()) correct_changelog();
    if (changelog_) log_.drain_to(*changelog_);
    map_.flush();
}

void tiered_versioned_store::committed(std::optional<std::int64_t> offset) {
    expire(map_.drained_position().observed);
    map_.committed(offset);
    log_.committed();
    if (std::exchange(corrected_, false)) revoked_.clear();
}

void tiered_versioned_store::rollback() {
    if (!in_transactions_)
        log_.for_each_drained([this](bytes_view key, std::int64_t time) { revoked_.emplace(bytes(key), time); });
    corrected_ = false;
    log_.clear();
    map_.rollback();
}

void tiered_versioned_store::close() {
    log_.clear();
    map_.close();
}

/// No put can be taken out of a changelog: one that was rolled back is followed by one of what the store has at that time, so
/// that both say the same of every time. Not put into the store as well: what is read again would be out of order there.
void tiered_versioned_store::correct_changelog() {
    for (const auto& [key, time] : revoked_) {
        const auto found = get(key.view(), time);
        changelog_->append(key.view(), found ? std::optional(found->value) : std::nullopt, time, nullptr);
    }
    corrected_ = true;
}

/// Segments that are no longer read go; at a commit only, since a rollback takes the observed time back.
void tiered_versioned_store::expire(std::int64_t observed) {
    const std::int64_t oldest = layout_.oldest_live_segment(observed);
    if (oldest <= expired_segment_) return;
    expired_segment_ = oldest;
    version_layout::key(key_, oldest, {});
    map_.expire_below(key_.view());
}

} // namespace streams::inline v0
