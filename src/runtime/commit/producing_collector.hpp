#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/commit/record_origins.hpp"
#include "src/runtime/commit/refused_records.hpp"
#include "src/runtime/thread/patience.hpp"
#include "state/changelog_sink.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/core/metrics.hpp>
#include <streams/topology/record_collector.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Sends what sinks and changelogs write through the one producer of a stream thread. A full queue is waited for,
/// `task.timeout.ms` at most; once a stop is requested, no longer than the application waits at its end, since a record
/// that is half done must not be committed. Failures are thrown by class: fenced_error, lost_records_error where the
/// cluster was away for too long or a transaction has failed, refused_records_error where it helps to do it again,
/// unknown_partitions_error where it does not say within a second how many partitions a topic has (at once, until
/// `learn_partitions` has learnt it), stopped_error, or cluster_error.
/// Whatever it throws is thrown again by each call that waits for the cluster, until what was sent is given up: a node that
/// caught it must not have the commit go on.
/// A failure that is of one record is answered for by the production exception handler, when it is known: in the middle of
/// another record, or of a commit.
/// Such a wait is in the middle of a record, which is no place to go on from later: `while_waiting` is called in it, again
/// and again. A task_error that it throws ends the wait, and counts as what was sent having failed.
class producing_collector final : public record_collector {
public:
    /// All outlive the collector. `sent` counts records handed over.
    producing_collector(
        kafka::producer& producer, const streams_config& config, execution& time, const stop_source& stop,
        std::atomic<std::uint64_t>& sent, drop_counters& drops, std::function<void()> while_waiting = [] {})
        : producer_(&producer), config_(config), in_transactions_(config.exactly_once()),
          timeout_(time_for_calls(config.task_timeout)), time_(time), stop_(stop), sent_(sent), drops_(drops),
          while_waiting_(std::move(while_waiting)) {}
    /// Writes through another producer from here on; changelogs stay open. REQUIRES: what else was opened is closed.
    void use(kafka::producer& producer);
    /// What was sent since the last commit is given up by whoever sent it, and changelogs have acknowledged nothing of it.
    void give_up_sent() noexcept;
    /// Waits up to `wait` until all that was sent and given up has arrived or failed; false: some of it may still arrive.
    [[nodiscard]] bool come_to_rest(std::chrono::milliseconds wait);

    /// Begins a transaction where none is open; what is sent does so by itself. Throws fenced_error, lost_records_error, and
    /// unknown_outcome_error. REQUIRES: exactly once.
    void begin_transaction();
    /// Whether what was sent belongs to a transaction that has not ended.
    [[nodiscard]] bool transaction_open() const noexcept { return transaction_open_; }
    /// It has; failures of what it had are of no interest any more.
    void transaction_ended();
    /// What these tasks sent since their last commit lasts, with these offsets. REQUIRES: all that was sent is acknowledged.
    void committed(std::span<const task_id> tasks, std::span<const kafka::committed_offset> offsets);
    /// The thread has these tasks now. Others go on with the rest: which of their records are refused is theirs to find.
    void keep_refused(std::span<const task_id> tasks) { refused_.keep(tasks); }
    /// Whether records that were refused are still to come again, or to be committed: each input record is to be looked at by
    /// itself.
    [[nodiscard]] bool expects_refused() const noexcept { return !refused_.empty(); }
    /// Whether what has come of them is to be committed now, so that the next one takes nothing of it back.
    [[nodiscard]] bool wants_commit() const noexcept { return passed_over_ || (refused_came_ && refused_.all_came()); }

    [[nodiscard]] std::int32_t open(std::string_view topic, const record_sender& sender) override;
    [[nodiscard]] std::int32_t partitions(std::int32_t topic) override;
    void send(std::int32_t topic, const outgoing_record& r) override;
    void send_dead_letters(std::span<const dead_letter> letters, const record_sender& sender,
                           const record_metadata& origin, bool failing) override;

    /// Where the updates of a store of a task go; offsets that the cluster acknowledges are kept for `acknowledged`.
    [[nodiscard]] std::unique_ptr<changelog_sink> open_changelog(std::string_view topic, task_id task);
    /// The offset of the last acknowledged record of a changelog; nullopt: none was written since it was opened.
    [[nodiscard]] std::optional<std::int64_t> acknowledged(std::string_view changelog, std::int32_t partition);

    /// Serves acknowledgements without waiting; throws what failed to arrive.
    void serve();
    /// Whether everything sent is acknowledged, waiting for it up to `wait`. Throws what failed, and cluster_error once
    /// `within` is over.
    [[nodiscard]] bool flush(const patience& within, std::chrono::milliseconds wait);
    /// Asks for the partitions of a topic that a task was set aside for (see unknown_partitions_error). retriable: they are not
    /// known yet.
    [[nodiscard]] kafka::result learn_partitions(std::string_view topic, std::chrono::milliseconds timeout);
    /// Asks how many partitions the topics have now: they grow, and what is placed by its key follows. A cluster that is slow to
    /// say is asked for the rest the next time.
    void refresh_partitions();

private:
    friend class changelog_writer;
    struct route {
        std::int32_t topic; ///< of the producer
        std::size_t sender;
    };
    struct opened_changelog {
        task_id task;
        std::int32_t topic;   ///< of the producer
        bool written = false; ///< since it was opened
    };
    [[nodiscard]] std::string describe_origin(std::int64_t timestamp, std::uint64_t tag) const;
    [[nodiscard]] std::string blocking();
    template <class Work>
    decltype(auto) keeping(const Work& work);
    void append(const kafka::producer_record& record);
    void append(std::span<const dead_letter> letters, std::uint64_t tag);
    void append_refused(const kafka::producer_record& record, refused_records::decision what);
    void hand_over(const kafka::producer_record& record);
    void await_all();
    void wait_and_append(const kafka::producer_record& record, const kafka::result& first);
    [[nodiscard]] bool over(std::int64_t deadline) const;
    void wait_a_moment(std::chrono::milliseconds moment);
    std::int32_t intern(std::string_view topic, bool offsets_wanted);
    [[nodiscard]] std::int32_t partitions_for(const route& to);

    // producing_collector_failures.cpp: what becomes of records that were not written
    using failures = std::vector<kafka::delivery_failure>;
    void throw_failures();
    void forget_failures();
    [[nodiscard]] std::exception_ptr answer_for(const failures& failed);
    [[nodiscard]] production_response answer_for(const kafka::delivery_failure& failed);
    [[nodiscard]] production_answer ask(const kafka::delivery_failure& failed,
                                        const record_origins::origin& from) const;
    [[nodiscard]] record_origins::origin origin_of(const kafka::delivery_failure& failed) const;
    [[nodiscard]] record_origins::origin origin_of(std::uint64_t tag, const std::string& topic,
                                                   std::int32_t partition) const;
    void log_drop(const record_origins::origin& from);
    [[nodiscard]] std::string describe_failed(const kafka::delivery_failure& failed, std::size_t count) const;

    kafka::producer* producer_;
    const streams_config& config_;
    bool in_transactions_;
    bool transaction_open_ = false;
    std::chrono::milliseconds timeout_;
    execution& time_;
    const stop_source& stop_;
    std::atomic<std::uint64_t>& sent_;
    drop_counters& drops_;
    std::function<void()> while_waiting_;
    std::unordered_map<std::string, std::int32_t> ids_;
    struct known_topic {
        std::string name;
        std::int32_t partitions = 0; ///< 0: not known yet
        bool missing = false;        ///< it was asked for in vain, and a task waits for it
    };
    std::unordered_map<std::int32_t, known_topic> topics_;
    std::vector<std::int32_t> unrefreshed_; ///< of those
    record_origins origins_;
    std::vector<route> routes_;
    std::map<std::pair<std::int32_t, std::size_t>, std::int32_t> route_ids_;      ///< by the members of a route
    std::map<std::pair<std::string, std::int32_t>, opened_changelog> changelogs_; ///< by topic and partition
    refused_records refused_;                                                     ///< of what was given up
    bool gets_further_ = false; ///< since what was given up is done again, by what is known of those that are refused
    bool refused_came_ = false; ///< since the last commit, as the next
    bool passed_over_ = false;
    failures unanswered_; ///< taken from the producer
    bool answering_ = false;
    bool drop_logged_ = false;
    std::exception_ptr failure_; ///< null: all that was sent may still arrive
    std::uint64_t answered_ = 0; ///< records sent when nothing was on its way
};

} // namespace streams::inline v0
