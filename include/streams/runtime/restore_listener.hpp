#pragma once

#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <functional>
#include <string_view>

namespace streams::inline v0 {

/// Told how stores are rebuilt from their changelogs, on stream threads (Kafka's `StateRestoreListener`). Must not throw.
struct restore_listener {
    /// Offsets from `begin` up to, not including, `end` will be read.
    std::function<void(const topic_partition&, std::string_view store, std::int64_t begin, std::int64_t end)>
        on_start{};
    /// `rows` more records were applied, the last at offset `batch_end`.
    std::function<void(const topic_partition&, std::string_view store, std::int64_t batch_end, std::int64_t rows)>
        on_batch{};
    /// The store is as its changelog says; `rows` were applied in all.
    std::function<void(const topic_partition&, std::string_view store, std::int64_t rows)> on_end{};
};

} // namespace streams::inline v0
