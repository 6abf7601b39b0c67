#pragma once

#include <streams/dsl/detail/windows/wall_clock_pace.hpp>
#include <streams/topology/task_context.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace streams::inline v0::detail {

/// The time of one stream-stream join in one task, shared by its two sides.
struct stream_join_time final : shared_in_task {
    std::int64_t stream_time = -1; ///< the largest timestamp of both sides, ms
    std::optional<std::int64_t>
        oldest_unmatched{}; ///< at most the timestamp of the oldest record without a match; nullopt: unknown
    wall_clock_pace scans{};

    void advance(std::int64_t timestamp) noexcept { stream_time = std::max(stream_time, timestamp); }
};

} // namespace streams::inline v0::detail
