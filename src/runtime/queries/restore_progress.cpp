#include "src/runtime/queries/restore_progress.hpp"

#include <string_view>

namespace streams::inline v0 {

restore_listener restore_progress::noting(const restore_listener& next) {
    return {
        .on_start =
            [this, &next](const topic_partition& changelog, std::string_view store, std::int64_t begin,
                          std::int64_t end) {
                note(changelog, begin);
                if (next.on_start) next.on_start(changelog, store, begin, end);
            },
        .on_batch =
            [this, &next](const topic_partition& changelog, std::string_view store, std::int64_t batch_end,
                          std::int64_t rows) {
                note(changelog, batch_end + 1);
                if (next.on_batch) next.on_batch(changelog, store, batch_end, rows);
            },
        .on_end =
            [this, &next](const topic_partition& changelog, std::string_view store, std::int64_t rows) {
                note(changelog, std::nullopt);
                if (next.on_end) next.on_end(changelog, store, rows);
            },
    };
}

void restore_progress::note(const topic_partition& changelog, std::optional<std::int64_t> position) {
    const std::lock_guard lock(mutex_);
    positions_[changelog] = position;
}

std::optional<std::int64_t> restore_progress::position(const topic_partition& changelog) const {
    const std::lock_guard lock(mutex_);
    const auto found = positions_.find(changelog);
    return found == positions_.end() ? 0 : found->second;
}

} // namespace streams::inline v0
