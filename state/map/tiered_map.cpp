#include "state/map/tiered_map.hpp"

#include "src/core/first_failure.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <utility>

namespace streams::inline v0 {

tiered_map::tiered_map(tiered_map_settings settings, const store_environment& environment,
                       std::unique_ptr<backing> disk)
    : settings_(std::move(settings)), time_(environment.time ? *environment.time : system_clock()),
      failure_(environment.failure), made_at_(time_.wall_ms()), hot_(!disk, settings_.chains()),
      committed_(settings_, environment, hot_, std::move(disk)), updates_(settings_, environment, hot_, committed_),
      reads_(hot_, committed_, failure_),
      queries_(settings_.name, hot_, committed_, updates_, environment.memory.queries()),
      position_(committed_.stored()) {
    committed_position_ = drained_position_ = position_;
}

tiered_map::~tiered_map() { reads_.ranges().abandon_all(); }

std::uint64_t tiered_map::approximate_num_entries() {
    return committed_.has_disk() ? committed_.approximate_num_entries() : hot_.size() - updates_.deleted();
}

// Writing

void tiered_map::check_prefix(bytes_view value) const {
    try {
        static_cast<void>(settings_.prefix.cut_off(value));
    } catch (const serialization_error& cause) {
        const bool both = settings_.prefix.headers && settings_.prefix.timestamp;
        throw streams_error(concat("store ", settings_.name, " keeps ",
                                   both                       ? "headers and timestamps"
                                   : settings_.prefix.headers ? "headers"
                                                              : "timestamps",
                                   ", but a value of ", value.size(), " bytes was put without (",
                                   std::string_view(cause.what()), "); put them in front of it"));
    }
}

void tiered_map::put(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    require_prefix(value);
    keeping_failure(failure_, [&] { write(key, value, log_sequence); });
}

void tiered_map::write(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    reads_.before_put(key, value.has_value());
    // Without disk, and where the disk is known to hold nothing, the committed value is known: null.
    const bool absent_elsewhere = committed_.known_absent(key);
    if (!value && absent_elsewhere) {
        hot_entry* const found = hot_.find(key);
        if (found && updates_.retract(*found, position_.observed)) return;
    }
    hot_entry* const entry = hot_.find_or_insert(key, absent_elsewhere ? entry_state::clean : entry_state::unread);
    entry->referenced = true;
    if (updates_.write(hot_.pend(*entry), value, log_sequence)) flush();
}

void tiered_map::put_log_only(bytes_view key, std::optional<bytes_view> value, std::uint32_t log_sequence) {
    require_prefix(value);
    if (!updates_.is_heard()) return;
    keeping_failure(failure_, [&] {
        if (updates_.write(hot_.pend_log_only(key), value, log_sequence)) flush();
    });
}

// Commit

void tiered_map::flush() {
    updates_.flush(position_.observed);
    drained_position_ = position_;
}

void tiered_map::committed(std::optional<std::int64_t> offset) {
    reads_.committed();
    updates_.commit();
    if (offset && offset != committed_position_.offset) {
        drained_position_.offset = position_.offset = offset;
        drained_position_.caught_up = position_.caught_up = time_.wall_ms();
    }
    committed_position_ = drained_position_;
    committed_.committed(committed_position_, others());
}

void tiered_map::rollback() {
    reads_.rolled_back();
    position_ = drained_position_ = committed_position_;
    updates_.rollback(position_.observed);
}

void tiered_map::close() {
    if (std::exchange(closed_, true)) return;
    reads_.ranges().abandon_all();
    queries_.end_snapshots();
    first_failure failure;
    failure.attempt([&] {
        rollback();
        checkpoint(true);
    });
    committed_.close(); // what is damaged is removed and made anew while this lives
    failure.rethrow();
}

// Restore

void tiered_map::restore(bytes_view key, bytes_view head, std::optional<bytes_view> tail) {
    if (tail) reads_.before_restore(key);
    committed_.restore(key, head, tail);
}

void tiered_map::restored_up_to(std::optional<std::int64_t> offset) {
    if (offset) position_.offset = offset;
    committed_position_ = drained_position_ = position_;
    updates_.restored(position_.observed);
    committed_.restored(committed_position_, others());
}

void tiered_map::filled_up_to(std::span<const std::int64_t> offsets) {
    position_.partition_offsets.assign(offsets.begin(), offsets.end());
}

void tiered_map::restored(std::optional<std::int64_t> offset) {
    position_.caught_up = std::max(position_.caught_up, made_at_);
    restored_up_to(offset);
    committed_.restored_all(committed_position_, others());
}

void tiered_map::caught_up(std::int64_t offset, std::int64_t at) {
    position_.offset = offset;
    // What stands still is not written again for a later time.
    if (committed_.stored().offset != offset) position_.caught_up = at;
    committed_position_ = drained_position_ = position_;
    committed_.committed(committed_position_, others());
}

} // namespace streams::inline v0
