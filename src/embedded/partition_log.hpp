#pragma once

#include "src/embedded/segment.hpp"
#include "src/embedded/signal.hpp"
#include "src/embedded/topic_settings.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/topic_partition.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace streams::inline v0::embedded {

/// The records of an aborted transaction in one log: those of the producer from `first` to `last`, which is the marker.
struct aborted_range {
    std::int64_t producer = -1;
    std::int64_t first = 0;
    std::int64_t last = 0;
};

[[nodiscard]] bool is_aborted(const frame& record, const std::vector<aborted_range>& ranges);

/// One partition's log: segments in offset order, the last of them appended to. Thread-safe. Records are encoded once,
/// where they stay; readers look at them in place.
class partition_log {
public:
    /// An empty `folder`: in memory. Otherwise the log that is in it is opened. Throws streams_error.
    partition_log(topic_partition name, const topic_settings& settings, const clock& time, std::filesystem::path folder,
                  std::int64_t start = 0);

    [[nodiscard]] const topic_partition& name() const noexcept { return name_; }
    [[nodiscard]] const topic_settings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::int64_t start() const noexcept { return start_.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t end() const noexcept { return end_.load(std::memory_order_acquire); }
    /// The last stable offset: of the first record whose transaction is open, or the end.
    [[nodiscard]] std::int64_t stable_end() const noexcept { return stable_end_.load(std::memory_order_acquire); }
    /// Bytes of all segments.
    [[nodiscard]] std::size_t bytes() const;

    /// Appends at the end, whatever `record.offset` says; returns the offset. Whenever a segment is full, those that
    /// retention has no use for go. Throws streams_error (disk full,
    /// too large, null key in a compacted topic).
    std::int64_t append(frame_source record);

    /// Ends the transaction of a producer with a marker: the records from `first` on, if the log has not seen it begin
    /// itself. Returns the range that was open, up to the marker. Throws streams_error.
    aborted_range end_transaction(std::int64_t producer, std::int16_t epoch, std::int64_t first, bool commit);
    /// From the journal, before anybody reads.
    void restore_aborted(const aborted_range& range);
    /// The aborted transactions of which a record may lie at `offset` or behind it.
    [[nodiscard]] std::vector<aborted_range> aborted_from(std::int64_t offset) const;

    /// Moves the start up to `offset` and lets go of the segments before it. REQUIRES: offset <= end().
    void delete_before(std::int64_t offset);
    /// The start that retention by size and time asks for now; start() where nothing is to go.
    [[nodiscard]] std::int64_t retained_from();
    /// Keeps the last record of each key (Kafka's log cleaner); readers of what goes keep it as long as they need.
    /// Tombstones go delete.retention.ms after the first compaction that saw them. Throws streams_error.
    void compact();

    /// A segment to read, mapped, and where in it.
    struct place {
        std::shared_ptr<segment> in;
        std::shared_ptr<memory_block> memory;
        std::size_t position = 0;
    };
    /// Where the first record from `offset` on is, or will be. Throws streams_error where it is damaged.
    [[nodiscard]] place find(std::int64_t offset);
    /// The start of the segment behind `before`.
    [[nodiscard]] place after(const segment& before);

    /// Raises `who` once at the next append, or returns false: the log has grown past `position` already, `committed`: in
    /// its stable part.
    [[nodiscard]] bool wake_at_append(const std::shared_ptr<signal>& who, std::int64_t position,
                                      bool committed = false);

    /// Gives back the disk space kept for appending; nothing is appended afterwards.
    void close();

private:
    using segments = std::vector<std::shared_ptr<segment>>;

    void open_folder();
    void refuse_unfit(const frame_source& record, std::size_t size) const;
    /// Appends; returns the segments that retention has no use for any more. REQUIRES: the lock.
    [[nodiscard]] std::vector<std::shared_ptr<segment>> write(frame_source& record, std::size_t size);
    /// REQUIRES: the lock.
    void move_stable_end();
    [[nodiscard]] std::shared_ptr<segment> make_segment(std::int64_t base, std::size_t needed) const;
    /// Ends the last segment at offset `end` and begins the next, with room for `needed` bytes. REQUIRES: the lock.
    void roll(std::int64_t end, std::size_t needed);
    [[nodiscard]] std::int64_t first_retained();
    static void drop(const segments& gone);
    void replace(const std::shared_ptr<segment>& old, std::shared_ptr<segment> by);
    /// Removes the segments that end before the start. REQUIRES: the lock.
    [[nodiscard]] segments take_deleted();

    const topic_partition name_;
    const topic_settings settings_;
    const clock& time_;
    const std::filesystem::path folder_;
    std::atomic<std::int64_t> start_;
    std::atomic<std::int64_t> end_{0};
    std::atomic<std::int64_t> stable_end_{0};

    std::mutex compaction_mutex_; ///< taken before mutex_
    mutable std::mutex mutex_;
    segments segments_;                         ///< never empty after construction
    std::map<std::int64_t, std::int64_t> open_; ///< the first offset of each transaction that is, by producer
    std::vector<aborted_range> aborted_;
    std::vector<std::shared_ptr<signal>> waiting_;
};

} // namespace streams::inline v0::embedded
