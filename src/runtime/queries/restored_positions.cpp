#include "src/runtime/queries/restored_positions.hpp"

namespace streams::inline v0 {

restore_listener restored_positions::noting(const restore_listener& next) {
    return {
        .on_restore_start =
            [this, &next](const restore_progress& now) {
                note(now.changelog, now.next);
                if (next.on_restore_start) next.on_restore_start(now);
            },
        .on_batch_restored =
            [this, &next](const restore_progress& now, std::int64_t rows) {
                note(now.changelog, now.next);
                if (next.on_batch_restored) next.on_batch_restored(now, rows);
            },
        .on_restore_end =
            [this, &next](const restore_progress& now) {
                note(now.changelog, std::nullopt);
                if (next.on_restore_end) next.on_restore_end(now);
            },
        .on_restore_suspended =
            [this, &next](const restore_progress& now) {
                note(now.changelog, 0);
                if (next.on_restore_suspended) next.on_restore_suspended(now);
            },
    };
}

standby_update_listener restored_positions::noting(const standby_update_listener& next) {
    return {
        .on_update_start =
            [this, &next](const standby_update& now) {
                note(now.changelog, now.next);
                if (next.on_update_start) next.on_update_start(now);
            },
        .on_batch_loaded =
            [this, &next](const standby_update& now, std::int64_t rows) {
                note(now.changelog, now.next);
                if (next.on_batch_loaded) next.on_batch_loaded(now, rows);
            },
        .on_update_suspended =
            [this, &next](const standby_update& now, standby_suspend_reason reason) {
                note(now.changelog, reason == standby_suspend_reason::promoted ? now.next : 0);
                if (next.on_update_suspended) next.on_update_suspended(now, reason);
            },
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
