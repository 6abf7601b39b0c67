#pragma once

#include <streams/core/topic_partition.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0::kafka {

/// Where a consumer stands in one partition that it reads.
struct reading_position {
    std::int64_t next = 0;     ///< offset of the next record to hand over
    std::int64_t start = 0;    ///< where it was told to begin
    std::int64_t ended_at = -1; ///< the end as it was last reached; -1: not since the last record
    std::int64_t watermark_at_end = -1; ///< the high watermark known then
    bool paused = false;
    bool started = false; ///< a record or the end has been seen since the start
};

/// The positions of all partitions that a consumer reads. Finding one does not allocate.
class reading_positions {
public:
    using assignment = std::vector<std::pair<topic_partition, std::int64_t>>;

    void assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool paused);
    void clear() noexcept { topics_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return topics_.empty(); }
    /// Null: not read. Valid until the next assign or clear.
    [[nodiscard]] reading_position* find(std::string_view topic, std::int32_t partition) noexcept;
    [[nodiscard]] assignment next_offsets() const;
    [[nodiscard]] std::vector<topic_partition> paused() const;

private:
    std::map<std::string, std::map<std::int32_t, reading_position>, std::less<>> topics_;
};

} // namespace streams::inline v0::kafka
