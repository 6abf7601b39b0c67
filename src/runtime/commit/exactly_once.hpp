#pragma once

#include "src/runtime/commit/committer.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// Commits in transactions of one producer (KIP-98, KIP-447): what tasks and changelogs wrote, and the offsets of what was
/// read for it, count all together or not at all. A transaction begins with the first record that is written, and ends with
/// a commit or an abort; none is begun before it is known what became of the last one.
class exactly_once final : public committer {
public:
    using make_producer = std::function<std::unique_ptr<kafka::producer>()>;

    /// `make`: a producer with the transactional id of the thread. All but it and `while_waiting`, see producing_collector,
    /// outlive the committer. `sent` counts records handed over.
    exactly_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                 std::atomic<std::uint64_t>& sent, drop_counters& drops, std::function<void()> while_waiting);

    [[nodiscard]] producing_collector& collector() noexcept override { return collector_; }
    /// Throws unknown_outcome_error too.
    [[nodiscard]] bool ready(std::chrono::milliseconds wait) override;
    void assigned(std::span<const task_id> tasks) override {
        member_ = consumer_.group();
        of_ended_.clear();
        collector_.keep_refused(tasks);
    }
    [[nodiscard]] bool owes_commit() const noexcept override {
        return state_ == state::usable && collector_.transaction_open();
    }
    [[nodiscard]] bool all_or_nothing() const noexcept override { return true; }
    void begin(std::vector<stream_task*> tasks, const patience& within) override;
    [[nodiscard]] bool committing() const noexcept override { return commit_.has_value(); }
    /// Throws unknown_outcome_error too.
    [[nodiscard]] std::optional<std::vector<kafka::committed_offset>> step(std::chrono::milliseconds wait) override;
    void abort() override;
    /// What was given up counts for nobody: its transaction is aborted, by the cluster at the latest.
    [[nodiscard]] bool at_rest(std::chrono::milliseconds) override { return true; }
    void renew() override;
    /// Aborts what is open, so that nobody waits for its end.
    void close() noexcept override;

private:
    enum class state {
        starting, ///< the producer takes the transactional id over
        usable,   ///< a transaction is open where something was written
        aborting,
    };
    struct commit_under_way {
        std::vector<stream_task*> tasks;
        patience within;
        std::optional<std::vector<kafka::committed_offset>> offsets{}; ///< nullopt: not taken yet
        bool added = false;                                            ///< they belong to the transaction
        bool asked = false; ///< the cluster was asked to commit: since then it has perhaps
        std::optional<retry> attempts{};
    };

    [[nodiscard]] bool go_on(commit_under_way& commit, std::chrono::milliseconds wait);
    void take_offsets(commit_under_way& commit);
    [[nodiscard]] bool add_offsets(commit_under_way& commit);
    [[nodiscard]] bool end_commit(commit_under_way& commit);
    [[nodiscard]] bool start();
    [[nodiscard]] bool end_abort();
    [[nodiscard]] retry deciding(std::string_view doing, std::chrono::milliseconds limit) const;

    make_producer make_;
    const thread_environment& environment_;
    std::chrono::milliseconds transaction_timeout_;
    std::unique_ptr<kafka::producer> producer_;
    kafka::consumer& consumer_;
    producing_collector collector_;
    kafka::group_metadata member_; ///< as which the tasks were assigned
    state state_ = state::starting;
    std::optional<retry> attempts_; ///< at becoming usable; nullopt before the first
    std::optional<commit_under_way> commit_;
    std::vector<kafka::committed_offset>
        of_ended_;          ///< what was committed last, of the tasks that this thread ends with
    bool in_doubt_ = false; ///< a commit was given up that the cluster has perhaps done
};

} // namespace streams::inline v0
