#pragma once

#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace streams::inline v0 {

/// How far a standby's store is in its changelog.
struct standby_update {
    const topic_partition& changelog;
    std::string_view store;
    task_id task{};
    std::int64_t next = 0; ///< the offset that is read next
    std::int64_t end = 0;  ///< of the changelog, as of the last fetch; `next` at least
};

/// Why a standby does not follow any more (KIP-988).
enum class standby_suspend_reason {
    migrated, ///< it is closed: another instance keeps it, it begins again after a failure, or this one ends
    promoted, ///< this instance was given the task
};

/// Told how standbys follow their changelogs (Kafka's `StandbyUpdateListener`), on the threads that restore and on stream
/// threads, several at once. Must not throw, and holds up what it is told of for as long as it takes.
struct standby_update_listener {
    std::function<void(const standby_update&)> on_update_start{};
    /// `rows` more were applied; 0: what lay there were markers of transactions, or what compaction has left of records.
    std::function<void(const standby_update&, std::int64_t rows)> on_batch_loaded{};
    std::function<void(const standby_update&, standby_suspend_reason)> on_update_suspended{};
};

} // namespace streams::inline v0
