#pragma once

#include "src/kafka/client.hpp"
#include "src/metrics/sensor.hpp"

#include <streams/topology/node.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

namespace streams::inline v0 {

class record_queue;

/// Told of records that a queue cannot offer; may throw, which leaves the record at the head.
class rejected_records {
public:
    /// A negative timestamp was extracted.
    virtual void invalid_timestamp(const record_queue& queue, const record_view& raw) = 0;
    /// The timestamp extractor threw `cause`, which is being handled; must throw.
    [[noreturn]] virtual void untimed_head(const record_queue& queue, const record_view& raw,
                                           const std::exception& cause) = 0;

protected:
    ~rejected_records() = default;
};

/// The records of one input partition of a task that were polled and not processed yet. Keeps the batches that hold
/// them, knows the head's timestamp, and the partition time (KIP-695, KAFKA-7994). Nothing is decoded here but what a
/// timestamp extractor asks for.
class record_queue {
public:
    record_queue(topic_partition partition, source_node& source, rejected_records& rejected)
        : partition_(std::move(partition)), source_(source), rejected_(rejected) {}

    [[nodiscard]] const topic_partition& partition() const noexcept { return partition_; }
    [[nodiscard]] source_node& source() const noexcept { return source_; }

    void add(kafka::record_batch batch);

    [[nodiscard]] bool empty() const noexcept { return !head_; }
    /// Records not taken yet.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// REQUIRES: !empty().
    [[nodiscard]] std::int64_t head_timestamp() const noexcept { return head_timestamp_; }
    /// Takes the head, whose bytes stay valid until `release`, and finds the next one. REQUIRES: !empty().
    [[nodiscard]] const record_view& take();
    /// Lets go of the batches whose last record was taken.
    void release();
    /// To be called between turns, when what was taken is released: records that wait for a second turn are copied out of
    /// what the client holds for them, so that `waiting_bytes` is the memory that they take.
    void keep_waiting();
    /// Bytes of the records that were there at the last `keep_waiting`.
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

    /// The timestamps of the records that were taken since the last call, for whoever measures them.
    [[nodiscard]] measurements taken_timestamps() noexcept { return std::exchange(taken_timestamps_, {}); }

    /// The largest timestamp taken so far; -1 before the first.
    [[nodiscard]] std::int64_t partition_time() const noexcept { return partition_time_; }
    void set_partition_time(std::int64_t time) noexcept { partition_time_ = time; }

    /// The offset to go on from once all that was taken is done: the head's, or the one after the last record seen;
    /// nullopt before the first record.
    [[nodiscard]] std::optional<std::int64_t> next_offset() const noexcept;
    /// The offset after the last record that was added; nullopt before the first.
    [[nodiscard]] std::optional<std::int64_t> read_to() const noexcept { return read_to_; }

private:
    struct entry {
        kafka::record_batch batch;
        std::size_t bytes = 0; ///< counted in waiting_bytes_
    };

    void find_head();
    void skip() noexcept;
    void own(std::size_t at);

    topic_partition partition_;
    source_node& source_;
    rejected_records& rejected_;
    std::deque<entry> batches_;
    std::size_t finished_ = 0; ///< batches in front without records left
    std::size_t owned_ = 0;    ///< batches in front whose records are copies
    std::size_t seen_ = 0;     ///< batches in front that have waited for a turn
    std::size_t waiting_bytes_ = 0;
    const record_view* next_ = nullptr;
    const record_view* end_ = nullptr;
    const record_view* head_ = nullptr;
    std::int64_t head_timestamp_ = -1;
    std::size_t size_ = 0;
    std::int64_t partition_time_ = -1;
    measurements taken_timestamps_;
    std::optional<std::int64_t> after_last_;
    std::optional<std::int64_t> read_to_;
};

} // namespace streams::inline v0
