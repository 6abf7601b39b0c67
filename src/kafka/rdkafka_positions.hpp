#pragma once

#include <streams/core/record.hpp>
#include <streams/core/topic_partition.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0::kafka {

/// Records of one partition that follow each other, and what keeps them alive.
struct fetched_run {
    std::vector<record_view> records;
    std::shared_ptr<const void> memory;

    /// Takes the first `count` records out. REQUIRES: count < records.size().
    [[nodiscard]] fetched_run split(std::size_t count);
};

/// Where a consumer stands in one partition that it reads.
struct reading_position {
    std::int64_t next = 0;          ///< offset of the next record to hand over
    std::int64_t fetched = 0;       ///< offset of the next record to come from librdkafka
    std::int64_t ended_at = -1;     ///< the end as it was reached; -1: not since the last record
    bool started = false;           ///< a record was handed over or the end seen
    bool paused = false;            ///< nothing is handed over
    bool stopped = false;           ///< librdkafka does not fetch
    std::deque<fetched_run> held{}; ///< fetched while paused

    void hand_over(const fetched_run& run) noexcept;
    void reach_end(std::int64_t offset) noexcept;
};

/// The positions of all partitions that a consumer reads. Finding one does not allocate.
class reading_positions {
public:
    using assignment = std::vector<std::pair<topic_partition, std::int64_t>>;

    /// `stopped`: paused from the start.
    void assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool stopped);
    void clear() noexcept;
    [[nodiscard]] bool empty() const noexcept { return topics_.empty(); }
    /// Null: not read. Valid until the next assign or clear.
    [[nodiscard]] reading_position* find(std::string_view topic, std::int32_t partition) noexcept;
    /// Where fetching goes on.
    [[nodiscard]] assignment fetch_offsets() const;
    [[nodiscard]] std::vector<topic_partition> stopped() const;

    /// Keeps records that own their memory until they are handed over.
    void hold(reading_position& position, fetched_run run);
    void drop_held(reading_position& position) noexcept;
    [[nodiscard]] std::size_t held_bytes() const noexcept { return held_bytes_; }
    /// Records that are held of partitions that are not paused any more.
    [[nodiscard]] std::size_t released() const noexcept;
    /// Calls `take(partition, run)` for those, in order, `most` records at most.
    template <class Take>
    void hand_over_released(std::size_t most, Take take) {
        for (auto& [topic, partitions] : topics_)
            for (auto& [partition, position] : partitions)
                while (!position.paused && !position.held.empty() && most > 0) {
                    auto run = take_held(position, most);
                    most -= run.records.size();
                    position.hand_over(run);
                    take(topic_partition{topic, partition}, std::move(run));
                }
    }

private:
    /// The first run that is held, or the first `most` records of it.
    [[nodiscard]] fetched_run take_held(reading_position& position, std::size_t most);

    std::size_t held_bytes_ = 0;
    std::size_t held_records_ = 0;
    std::map<std::string, std::map<std::int32_t, reading_position>, std::less<>> topics_;
};

} // namespace streams::inline v0::kafka
