#pragma once

#include "src/embedded/group.hpp"
#include "src/embedded/journal.hpp"
#include "src/embedded/partition_log.hpp"
#include "src/kafka/client.hpp"

#include <streams/core/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0::embedded {

/// The transactions of a cluster by transactional id (Kafka's `TransactionCoordinator`): epochs that fence, records and
/// offsets that count once all do. What is decided is in the journal before the logs say so, so that a process that is
/// killed leaves no half. Thread-safe; its lock is taken before a group's.
class transactions {
public:
    /// What it needs of its cluster.
    struct surroundings {
        std::function<std::shared_ptr<partition_log>(const topic_partition&)>
            find_log; ///< null: there is none any more
        std::function<std::shared_ptr<group>(const std::string& id)> find_group;
        std::function<journal::change(const std::string& group, const kafka::committed_offset&)> offset_change;
        std::function<void(std::span<const journal::change>)> write{}; ///< null: nothing outlives the cluster
    };
    /// `timeout`: after that a transaction that nobody ends is aborted, and its producer is fenced; of producers that do not
    /// say for themselves.
    transactions(std::chrono::milliseconds timeout, const clock& time, surroundings around)
        : timeout_(timeout), time_(time), around_(std::move(around)) {}

    /// A producer takes an id over: the former one is fenced, and what it left open is aborted. `timeout`: of its
    /// transactions; 0: that of the cluster.
    [[nodiscard]] producer_stamp take_over(const std::string& id, std::chrono::milliseconds timeout);
    /// Appends to a log as part of the id's transaction, which begins with it where there is none. Returns the offset.
    /// fenced: another producer has the id.
    [[nodiscard]] kafka::result append(const std::string& id, producer_stamp who, partition_log& to,
                                       frame_source record, std::int64_t& offset);
    /// Offsets that are committed with the transaction. fenced: as above; abortable: the member is not in the group's
    /// generation any more.
    [[nodiscard]] kafka::result add_offsets(const std::string& id, producer_stamp who, const membership& member,
                                            std::span<const kafka::committed_offset> offsets);
    /// Ends the transaction; without one nothing happens. What was decided stays so, also where not all of it could be written:
    /// the next call does the rest. fatal: an abort of what is decided to be committed.
    [[nodiscard]] kafka::result end(const std::string& id, producer_stamp who, bool commit);

    /// Aborts what is open for too long. Cheap where nothing is.
    void end_late();
    /// When something is due without anybody calling, on the steady clock; nullopt: never.
    [[nodiscard]] std::optional<std::int64_t> next_deadline() const;

    /// From the journal, before anybody uses the cluster; then `finish_restored` ends what was open.
    void restore(std::string_view packed);
    void finish_restored();

    [[nodiscard]] static std::string key_of(const std::string& id) { return "transaction/" + id; }
    [[nodiscard]] static std::string aborted_key(const topic_partition& in, std::int64_t last);

private:
    enum class phase { none, open, committing };
    struct transaction {
        std::string id;
        producer_stamp owner{};
        phase at = phase::none;
        std::map<topic_partition, std::int64_t> partitions{}; ///< and an offset that no record of it is before
        std::map<std::string, std::vector<kafka::committed_offset>> offsets{}; ///< by group
        std::chrono::milliseconds timeout{0};
        std::int64_t deadline = 0; ///< steady ms
    };

    [[nodiscard]] transaction* find(const std::string& id, producer_stamp who, kafka::result& refused);
    void finish_decided(transaction& one);
    void begin(transaction& one);
    /// Fences the owner: the next has another epoch, or another number.
    void replace_owner(transaction& one);
    void finish(transaction& one, bool commit);
    void write_markers(const transaction& one, bool commit);
    void write(const transaction& one) const;
    [[nodiscard]] journal::change change_of(const transaction& one) const;

    const std::chrono::milliseconds timeout_;
    const clock& time_;
    const surroundings around_;
    mutable std::mutex mutex_;
    std::int64_t next_producer_ = 0;
    std::map<std::string, transaction> by_id_;
    std::atomic<std::size_t> open_{0}; ///< how many are
};

} // namespace streams::inline v0::embedded
