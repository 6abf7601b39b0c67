#pragma once

#include "src/runtime/commit/committer.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/thread/thread_environment.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Commits so that no record is lost: waits for all that was sent, then commits the offsets by the group's consumer. What was
/// sent before an abort stays sent; it is sent again.
class at_least_once final : public committer {
public:
    using make_producer = std::function<std::unique_ptr<kafka::producer>()>;

    /// All but `make` and `while_waiting`, see producing_collector, outlive the committer. `sent` counts records handed over.
    at_least_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                  std::atomic<std::uint64_t>& sent, drop_counters& drops, std::function<void()> while_waiting);

    [[nodiscard]] producing_collector& collector() noexcept override { return collector_; }
    [[nodiscard]] bool ready(std::chrono::milliseconds) override { return true; }
    /// The consumer knows which member it is.
    void assigned(std::span<const task_id> tasks) override { collector_.keep_refused(tasks); }
    [[nodiscard]] bool owes_commit() const noexcept override { return false; }
    [[nodiscard]] bool all_or_nothing() const noexcept override { return false; }
    void begin(std::vector<stream_task*> tasks, const patience& within) override;
    [[nodiscard]] bool committing() const noexcept override { return commit_.has_value(); }
    [[nodiscard]] std::optional<std::vector<kafka::committed_offset>> step(std::chrono::milliseconds wait) override;
    void abort() override;
    [[nodiscard]] bool at_rest(std::chrono::milliseconds wait) override { return collector_.come_to_rest(wait); }
    void renew() override;
    void close() noexcept override;

private:
    enum class stage {
        acknowledged,      ///< waits for results, and for the changelogs that are told first
        last_acknowledged, ///< waits for the changelogs that are told last
        offsets,           ///< waits for the group
    };
    struct commit_under_way {
        std::vector<stream_task*> tasks;
        patience within;
        bool tells_last = false; ///< a task has changelogs that are told last
        stage at = stage::acknowledged;
        std::vector<kafka::committed_offset> offsets{};
        std::optional<retry> attempts{};
    };
    [[nodiscard]] bool go_on(commit_under_way& commit, std::chrono::milliseconds wait);
    void tell_last(commit_under_way& commit);
    void take_offsets(commit_under_way& commit);
    [[nodiscard]] bool commit_offsets(commit_under_way& commit, std::chrono::milliseconds wait);

    make_producer make_;
    const thread_environment& environment_;
    std::unique_ptr<kafka::producer> producer_;
    kafka::consumer& consumer_;
    producing_collector collector_;
    std::optional<commit_under_way> commit_;
};

} // namespace streams::inline v0
