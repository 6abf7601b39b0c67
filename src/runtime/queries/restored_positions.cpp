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
