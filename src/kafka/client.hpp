#pragma once

#include "src/core/memory_limits.hpp"

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/record.hpp>
#include <streams/core/topic_partition.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The cluster seam: what the runtime needs of Kafka, shaped for batches of views. Behind it stand librdkafka, the
/// embedded cluster, and one day a native client. Every call is a yield point: no lock is held across one.
/// A client object belongs to one thread unless it says otherwise. No exception leaves these calls but where said.
/// What is promised here holds for all of them: tests/contract has a case for it (ADR 25).
namespace streams::inline v0::kafka {

using std::chrono::milliseconds;

/// What went wrong, by what can be done about it.
enum class error_class {
    retriable, ///< the same call may succeed later
    abortable, ///< the transaction must be aborted, then all goes on
    fenced,    ///< this member or producer was replaced: give up its tasks and join again
    fatal,     ///< no retry helps
};

/// The outcome of a call: success, or a class and a sentence.
class [[nodiscard]] result {
public:
    result() = default;
    result(error_class kind, std::string reason) : failure_(std::in_place, kind, std::move(reason)) {}
    [[nodiscard]] bool ok() const noexcept { return !failure_; }
    explicit operator bool() const noexcept { return ok(); }
    /// REQUIRES: !ok().
    [[nodiscard]] error_class kind() const noexcept { return failure_->first; }
    /// REQUIRES: !ok().
    [[nodiscard]] const std::string& reason() const noexcept { return failure_->second; }

private:
    std::optional<std::pair<error_class, std::string>> failure_;
};

/// Records of one partition in offset order, and the memory they are views into; letting go of it releases both.
class record_batch {
public:
    record_batch(topic_partition source, std::vector<record_view> records, std::shared_ptr<const void> memory)
        : source_(std::move(source)), records_(std::move(records)), memory_(std::move(memory)) {}
    record_batch(record_batch&&) noexcept = default;
    record_batch& operator=(record_batch&&) noexcept = default;

    [[nodiscard]] const topic_partition& source() const noexcept { return source_; }
    [[nodiscard]] std::span<const record_view> records() const noexcept { return records_; }

private:
    topic_partition source_;
    std::vector<record_view> records_;
    std::shared_ptr<const void> memory_;
};

/// A change of what a group member owns; eager protocol: `revoked` and `lost` name all that was owned.
struct rebalance {
    enum class event {
        assigned,
        revoked, ///< still owned until acknowledged: commit first
        lost,    ///< owned by others already: do not commit
    };
    event kind = event::assigned;
    std::vector<topic_partition> partitions;
};

/// What one poll brought, to be handled in the order of the members.
struct poll_result {
    /// Each is to be acknowledged, in this order; also after later polls, which keep the member in its group until then, and
    /// may bring another one.
    std::vector<rebalance> rebalances;
    std::vector<record_batch> batches;
    /// Failures only; authorisation, an instance id that another member has taken, and of a consumer that assigns itself
    /// unknown topics and partitions, by name, are fatal.
    std::vector<result> errors;
    /// Partitions whose position is not in the log any more (deleted by retention, or the topic was made anew): they
    /// deliver nothing until a seek sets them to a position that is there. No error of theirs is in `errors`.
    std::vector<topic_partition> out_of_range{};
    /// Topics that a member has subscribed to, or committed, and that do not exist, perhaps not any more, or not with all of
    /// their partitions. The others are read.
    std::vector<std::string> missing_topics{};
};

/// A committed position: the next offset to read, and Kafka Streams' partition time with it.
struct committed_offset {
    topic_partition partition;
    std::int64_t offset = 0;
    std::string metadata{};

    friend bool operator==(const committed_offset&, const committed_offset&) = default;
};

/// First and next offset of a partition's log (the last stable offset for a read_committed consumer).
struct log_bounds {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

/// A member of a group, and what the present generation gave to it.
struct group_member {
    std::string client_id;
    std::vector<topic_partition> partitions;
    std::vector<std::string> topics; ///< that it has subscribed to; empty: not known
    std::string
        member_id{}; ///< of this generation; a static member's begins with its group_instance_id, as range orders them
    bool self = false; ///< it is the one who asks
};

/// Names a group member of a generation: what fences a zombie's transaction. Opaque to the runtime.
struct group_metadata {
    std::shared_ptr<const void> handle; ///< null: of no member
};

/// Reads partitions, as a member of a group (`subscribe`) or alone (`assign`).
class consumer {
public:
    virtual ~consumer() = default;

    /// Joins the group of the configuration; once more, it joins anew: what is assigned is revoked first. Topics that do not
    /// exist are told by a poll.
    /// fenced: as an error of a poll.
    virtual result subscribe(std::span<const std::string> topics) = 0;
    /// Reads exactly these partitions, each from its offset, without a group. Replaces the previous assignment. One that
    /// does not exist delivers nothing, holds up no other, and may be an error of a poll.
    virtual result assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions) = 0;
    /// Waits up to `timeout` for something to report; `max_records` at most over all batches. After close: a fatal error.
    /// An error that is fenced: another member has taken this one's `group_instance_id`, or it has itself by a join whose
    /// answer was lost; another consumer may join, this one does not any more.
    [[nodiscard]] virtual poll_result poll(milliseconds timeout, std::size_t max_records) = 0;
    /// Ends the wait of the poll under way at once; where there is none, the next one waits for nothing (Kafka's
    /// `Consumer.wakeup`, without its exception). From any thread, but not after close.
    virtual void wakeup() = 0;
    /// Completes a rebalance, for which the group may wait: an assigned one starts its partitions at `positions` (all of them, committed or reset
    /// offsets are the caller's business), paused where asked; a revoked or lost one lets go of them.
    virtual result acknowledge(const rebalance& change,
                               std::span<const std::pair<topic_partition, std::int64_t>> positions, bool paused) = 0;

    /// Hands over nothing of these until they are resumed; their position stays. Partitions that are not read are none.
    virtual result pause(std::span<const topic_partition> partitions) = 0;
    virtual result resume(std::span<const topic_partition> partitions) = 0;
    /// Goes on at `offset`, also after the position was out of range. fatal: the partition is not read.
    virtual result seek(const topic_partition& partition, std::int64_t offset) = 0;
    /// The offset after the last one polled; at the end, behind the markers and aborted records that it has. nullopt before
    /// the first record or the end was polled, since the last assignment or seek.
    [[nodiscard]] virtual std::optional<std::int64_t> position(const topic_partition& partition) = 0;
    /// The end of what can be read, as of the last fetch and without asking the broker; nullopt: not known yet. For a
    /// read_committed consumer the last stable offset where that was reached, the high watermark before.
    [[nodiscard]] virtual std::optional<std::int64_t> known_end(const topic_partition& partition) = 0;
    /// The end of the log, as of the last fetch and without asking the broker: behind known_end where a transaction is open
    /// that a read_committed consumer waits for. nullopt: not known yet.
    [[nodiscard]] virtual std::optional<std::int64_t> known_high_watermark(const topic_partition& partition) = 0;

    /// Commits for the group. fenced: the member is not in the group's generation any more. fatal: the consumer
    /// has no group. retriable: not known within `timeout`; the same call again waits for the same answer. Partitions that do
    /// not exist, perhaps not any more, are not committed; a poll tells their topics among those that are missing.
    virtual result commit(std::span<const committed_offset> offsets, milliseconds timeout) = 0;
    /// The group's committed offsets; partitions without one are left out of `found`. retriable also where the consumer is
    /// read_committed and an open transaction holds one (KIP-447).
    virtual result committed(std::span<const topic_partition> partitions, std::vector<committed_offset>& found,
                             milliseconds timeout) = 0;
    /// Asks the broker for the bounds of a partition's log; for a read_committed consumer up to the first open transaction.
    /// retriable also where the broker does not know the partition
    /// (yet): one that has just been made is not known everywhere at once.
    virtual result bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) = 0;
    /// The members of the present generation of the group, this one among them, with what it gave to each: every member
    /// learns the same, whatever it knows of the topics itself. fenced: this member's generation is over, another one
    /// follows.
    virtual result group_members(std::vector<group_member>& found, milliseconds timeout) = 0;
    /// Of the present generation; of no member where the consumer is none, or not any more.
    [[nodiscard]] virtual group_metadata group() = 0;
    /// The generation of the group that this member was assigned partitions in last: one more than the one before, unless
    /// the group has made another without it. nullopt: it is in none, or has been thrown out.
    [[nodiscard]] virtual std::optional<std::int32_t> generation() = 0;
    /// Gives up the place in the group at once, a static member's too, which `close` keeps; within a sixth of
    /// max.poll.interval.ms, and 5 s. `subscribe` joins anew.
    virtual void leave() = 0;
    /// Leaves the group (a static member stays until its session ends) and ends. Revoked partitions are not reported any more.
    virtual void close() = 0;
};

/// A record for a producer; borrowed for the call.
struct producer_record {
    std::int32_t topic = 0;                  ///< from producer::open
    std::optional<std::int32_t> partition{}; ///< nullopt: murmur2 of the key as Java places it, any for a null key
    std::optional<bytes_view> key{};
    std::optional<bytes_view> value{};
    std::int64_t timestamp = -1; ///< ms since the epoch; negative: the producer's clock. 0 may be written as 1
    const streams::headers* headers = nullptr;
    std::uint64_t tag = 0; ///< the caller's own; a failure gives it back
};

/// A record that could not be written, after all retries.
struct delivery_failure {
    topic_partition partition; ///< -1: it was not placed yet
    result reason;
    std::uint64_t tag = 0;
    std::int64_t timestamp = -1; ///< of the record, ms since the epoch; -1: it had none, or no tag, or is too long ago
    std::optional<bytes> key{};
    std::optional<bytes> value{};
    streams::headers headers{};
    bool of_record = true; ///< false: the next one would fare the same, for rights that are missing or an invalid name
    bool before_sent = false; ///< the client has refused it: the transaction goes on without it
    bool of_topic = false; ///< the topic, or the partition, does not exist: it was refused for no other record's sake
};
/// Of a record that a producer has in its hands.
[[nodiscard]] inline delivery_failure failure_of(topic_partition to, const producer_record& record, result reason) {
    return {.partition = std::move(to),
            .reason = std::move(reason),
            .tag = record.tag,
            .timestamp = record.timestamp,
            .key = record.key ? std::optional<bytes>(*record.key) : std::nullopt,
            .value = record.value ? std::optional<bytes>(*record.value) : std::nullopt,
            .headers = record.headers != nullptr ? *record.headers : streams::headers{}};
}
/// The text of where a record was to go: `topic-3`, or the topic alone where no partition had been chosen.
[[nodiscard]] inline std::string destination(const topic_partition& partition) {
    return partition.partition < 0 ? partition.topic : to_string(partition);
}

/// Writes records, in order within a partition, idempotently; or in transactions.
class producer {
public:
    virtual ~producer() = default;

    /// Names a topic once. `offsets_wanted`: keep the acknowledged offsets, see last_offset.
    [[nodiscard]] virtual std::int32_t open(std::string_view topic, bool offsets_wanted = false) = 0;
    /// Partition count of a topic; 0 where it does not exist, or is not known yet (asks the broker, for `timeout` at most).
    [[nodiscard]] virtual std::int32_t partitions(std::int32_t topic, milliseconds timeout) = 0;
    /// Copies key and value into the outgoing batch; what becomes of it then, take_failures tells. retriable: the queue is
    /// full, poll and try again.
    virtual result append(const producer_record& record) = 0;
    /// Serves acknowledgements, waiting for them up to `timeout`.
    virtual void poll(milliseconds timeout) = 0;
    /// Waits until all that was appended is acknowledged or has failed. retriable: not within `timeout`.
    virtual result flush(milliseconds timeout) = 0;
    /// Failures since the last call, with their records. fatal: the client or the cluster refuses this record (too large, no
    /// key where the topic is compacted, a partition that the topic does not have), those behind it are written; in one
    /// batch with it, though, others may have failed too.
    [[nodiscard]] virtual std::vector<delivery_failure> take_failures() = 0;
    /// The offset of the last acknowledged record of a partition whose topic was opened with `offsets_wanted`.
    [[nodiscard]] virtual std::optional<std::int64_t> last_offset(std::int32_t topic, std::int32_t partition) = 0;

    /// Transactions (KIP-98, KIP-447). fenced: another producer has the transactional id, or the transaction was open for
    /// too long: no call helps any more. abortable: something of the transaction has failed, a record among it; it is to be
    /// aborted, and the next one begun. fatal: the producer has no transactional id, or the call does not follow from the
    /// last one. Where starting, committing or aborting is retriable, it may have been done or not, and goes on: only the
    /// same call again says which, and until it has said so no other may be made.
    /// Takes the id over, once: its former producer is fenced, and what that left open is aborted.
    virtual result init_transactions(milliseconds timeout) = 0;
    virtual result begin_transaction() = 0;
    /// Offsets that are committed with the transaction. abortable: the member is not in its group's generation any more, or
    /// the group did not answer within `timeout`. fatal also where the client waits for that answer beyond its time: then only
    /// `close` may be called.
    virtual result send_offsets(std::span<const committed_offset> offsets, const group_metadata& group,
                                milliseconds timeout) = 0;
    /// Flushes, and makes records and offsets count, all or none. read_committed readers are given them from then on.
    virtual result commit_transaction(milliseconds timeout) = 0;
    /// No read_committed reader is ever given the records; the offsets are as before.
    virtual result abort_transaction(milliseconds timeout) = 0;

    /// Ends; what is not acknowledged may be lost.
    virtual void close() = 0;
};

/// A topic to create.
struct new_topic {
    std::string name;
    std::int32_t partitions = 1;
    std::int32_t replication_factor = -1; ///< -1: the broker's default
    std::map<std::string, std::string> config{};
};

/// Manages topics. Thread-safe.
class admin {
public:
    virtual ~admin() = default;
    /// Partition counts of those of the topics that exist.
    virtual result describe(std::span<const std::string> topics, std::map<std::string, std::int32_t>& partitions,
                            milliseconds timeout) = 0;
    /// The settings in force of those of the topics that exist, by name: a topic's own, else the broker's, else Kafka's
    /// default (DescribeConfigs). After a failure `found` has those that were answered.
    virtual result describe_configs(std::span<const std::string> topics,
                                    std::map<std::string, std::map<std::string, std::string>>& found,
                                    milliseconds timeout) = 0;
    /// The bounds of a partition's log with all that was written to it, transactions that are open too (Kafka's ListOffsets,
    /// read uncommitted). retriable also where the broker does not know the partition (yet).
    virtual result bounds(const topic_partition& partition, log_bounds& found, milliseconds timeout) = 0;
    /// The names of all topics.
    virtual result list(std::vector<std::string>& topics, milliseconds timeout) = 0;
    /// Creates topics; one that exists already is no error.
    virtual result create(std::span<const new_topic> topics, milliseconds timeout) = 0;
    /// Removes topics; one that does not exist is no error.
    virtual result remove(std::span<const std::string> topics, milliseconds timeout) = 0;
    /// Deletes the records before each offset (Kafka's DeleteRecords); -1: all there are. An offset behind the end fails.
    virtual result delete_records(std::span<const std::pair<topic_partition, std::int64_t>> before,
                                  milliseconds timeout) = 0;
};

/// What a consumer is for: decides group, isolation and queue sizes.
struct consumer_options {
    std::string client_id;
    std::string group_id{}; ///< empty: no group, assign only
    std::string
        group_instance_id{}; ///< who takes over from its former self, without a rebalance; empty: a dynamic member
    bool restore = false;    ///< reads changelogs: settings of restore.consumer., large fetches
    /// Hands over no record of a transaction that is open or was aborted. What the configuration says of isolation.level
    /// goes first, where the clients have one.
    bool read_committed = false;
    std::size_t queue_bytes = memory::fetch_queue; ///< how much may be read ahead
};

struct producer_options {
    std::string client_id;
    std::string transactional_id{}; ///< empty: idempotent, no transactions
    /// How long a transaction may be open until the cluster aborts it; 0: as long as the cluster says. The setting
    /// transaction.timeout.ms goes first where the clients have a configuration.
    milliseconds transaction_timeout{0};
    std::size_t queue_bytes = memory::send_queue; ///< how much may wait to be sent
};

/// Makes the clients of one cluster (Kafka's `KafkaClientSupplier`). Thread-safe.
/// The make functions throw config_error where a setting is refused, saying which and why.
class client_supplier {
public:
    virtual ~client_supplier() = default;
    [[nodiscard]] virtual std::unique_ptr<consumer> make_consumer(const consumer_options& options) = 0;
    [[nodiscard]] virtual std::unique_ptr<producer> make_producer(const producer_options& options) = 0;
    [[nodiscard]] virtual std::unique_ptr<admin> make_admin(const std::string& client_id) = 0;
};

/// Clients of a real cluster on librdkafka.
[[nodiscard]] std::shared_ptr<client_supplier> make_rdkafka_clients(const streams_config& config);

} // namespace streams::inline v0::kafka
