#pragma once

#include <streams/core/topic_partition.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace streams::inline v0 {

/// How far a store is restored from its changelog.
struct restore_progress {
    const topic_partition& changelog;
    std::string_view store;
    std::int64_t begin = 0; ///< the first offset that is read
    std::int64_t next = 0;  ///< the one that is read next
    std::int64_t end = 0;   ///< behind the last one, as it was at the beginning
    std::int64_t rows = 0;  ///< restored so far: fewer than offsets, where transactions and compaction leave gaps
    std::chrono::milliseconds elapsed{0};

    [[nodiscard]] double rows_per_second() const noexcept;
    /// What is left takes so long at the rate of offsets so far; nullopt: there is none yet.
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_left() const noexcept;
};

/// Told how stores are rebuilt from their changelogs (Kafka's `StateRestoreListener`), on the threads that restore and on stream
/// threads, several at once. Must not throw, and holds up what it is told of for as long as it takes.
struct restore_listener {
    std::function<void(const restore_progress&)> on_restore_start{};
    /// `rows` more were applied.
    std::function<void(const restore_progress&, std::int64_t rows)> on_batch_restored{};
    /// The store is as its changelog says.
    std::function<void(const restore_progress&)> on_restore_end{};
    /// The store is closed before it has all: its task went elsewhere, or starts again (KIP-869).
    std::function<void(const restore_progress&)> on_restore_suspended{};
};

} // namespace streams::inline v0
