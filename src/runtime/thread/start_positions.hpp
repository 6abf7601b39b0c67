#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/retry.hpp"

#include <streams/core/config.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Where a source topic begins without a committed offset: as its source says, else as configured; a repartition topic
/// always at its beginning, since nobody else reads it.
[[nodiscard]] offset_reset reset_of(const topology& topology, const streams_config& config, std::string_view full_name);

/// Asks the log of a partition where it begins or ends, one attempt a step.
class reset_search {
public:
    /// `reset`: earliest or latest.
    reset_search(topic_partition partition, offset_reset reset, const retry& attempts)
        : partition_(std::move(partition)), reset_(reset), attempts_(attempts) {}

    [[nodiscard]] const topic_partition& partition() const noexcept { return partition_; }
    /// The offset, once it is known. Throws as `retry`.
    [[nodiscard]] std::optional<std::int64_t> step(kafka::consumer& consumer);
    /// When there is something to do, steady ms.
    [[nodiscard]] std::int64_t next() const noexcept { return attempts_.next(); }

private:
    topic_partition partition_;
    offset_reset reset_;
    retry attempts_;
};

/// Finds out where tasks begin to read, in steps between two polls: what the group has committed, of all partitions in one
/// call, and then the bounds of the logs of those for which that is nothing.
class start_search {
public:
    /// All outlive the search. `longest`: no call waits longer for its answer.
    start_search(const topology& topology, const streams_config& config, const patience& within,
                 std::chrono::milliseconds longest, std::vector<topic_partition> partitions);

    /// Asks what is committed, unless that is known. True: it is. Throws as `retry`.
    [[nodiscard]] bool learn_committed(kafka::consumer& consumer);
    /// What the group has committed; partitions for which that is nothing are left out. REQUIRES: learned.
    [[nodiscard]] const std::vector<kafka::committed_offset>& committed() const noexcept { return committed_; }
    /// These need no position any more. REQUIRES: what is committed was learned, and nothing since.
    void leave_out(std::span<const topic_partition> partitions);
    /// Goes on until the steady clock shows `until`. True: all positions are known. Throws as `retry`, and cluster_error for
    /// a partition without a committed offset where auto.offset.reset is none.
    [[nodiscard]] bool step(kafka::consumer& consumer, const clock& time, std::int64_t until);
    /// Of every partition that was not left out. REQUIRES: all are known.
    [[nodiscard]] const std::vector<std::pair<topic_partition, std::int64_t>>& positions() const noexcept {
        return positions_;
    }
    /// Whether it asks for all of these.
    [[nodiscard]] bool covers(std::span<const topic_partition> partitions) const;
    /// When there is something to do, steady ms.
    [[nodiscard]] std::int64_t next() const noexcept {
        return resets_.empty() ? asking_.next() : resets_.back().next();
    }

private:
    void look_up_committed();
    [[nodiscard]] reset_search search_without_commit(const topic_partition& partition) const;

    const topology& topology_;
    const streams_config& config_;
    patience within_;
    std::chrono::milliseconds longest_;
    std::vector<topic_partition> partitions_;
    retry asking_;
    bool learned_ = false;
    bool looked_up_ = false;
    std::vector<kafka::committed_offset> committed_;
    std::vector<std::pair<topic_partition, std::int64_t>> positions_;
    std::vector<reset_search> resets_; ///< of partitions for which nothing is committed, those still to be asked for
};

} // namespace streams::inline v0
