#include "src/runtime/queries/restored_positions.hpp"

#include "src/runtime/stores/told_in_turn.hpp"

namespace streams::inline v0 {

restore_listener restored_positions::noting(const restore_listener& next) {
    const auto note_next = [this](const restore_progress& now, std::int64_t = 0) { note(now.changelog, now.next); };
    return {
        .on_restore_start = told_in_turn(note_next, next.on_restore_start),
        .on_batch_restored = told_in_turn(note_next, next.on_batch_restored),
        .on_restore_end = told_in_turn([this](const restore_progress& now) { note(now.changelog, std::nullopt); },
                                       next.on_restore_end),
        .on_restore_suspended =
            told_in_turn([this](const restore_progress& now) { note(now.changelog, 0); }, next.on_restore_suspended),
    };
}

standby_update_listener restored_positions::noting(const standby_update_listener& next) {
    const auto note_next = [this](const standby_update& now, std::int64_t = 0) { note(now.changelog, now.next); };
    return {
        .on_update_start = told_in_turn(note_next, next.on_update_start),
        .on_batch_loaded = told_in_turn(note_next, next.on_batch_loaded),
        .on_update_suspended = told_in_turn(
            [this](const standby_update& now, standby_suspend_reason reason) {
                note(now.changelog, reason == standby_suspend_reason::promoted ? now.next : 0);
            },
            next.on_update_suspended),
    };
}

void restored_positions::note(const topic_partition& changelog, std::optional<std::int64_t> position) {
    const std::lock_guard lock(mutex_);
    positions_[changelog] = position;
}

std::optional<std::int64_t> restored_positions::position(const topic_partition& changelog) const {
    const std::lock_guard lock(mutex_);
    const auto found = positions_.find(changelog);
    return found == positions_.end() ? 0 : found->second;
}

} // namespace streams::inline v0
