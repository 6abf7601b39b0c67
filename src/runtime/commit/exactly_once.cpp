#include "src/runtime/commit/exactly_once.hpp"

#include "src/runtime/commit/tell_tasks.hpp"

#include <algorithm>
#include <concepts>
#include <iterator>
#include <span>
#include <utility>

namespace streams::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_last_abort{2000}; ///< the cluster does it too, a little later

/// Makes an attempt at a call that decides over a transaction. Throws fenced_error, lost_records_error where the transaction
/// is to be aborted, and unknown_outcome_error where the producer is of no use any more, or its time is over.
template <std::invocable<milliseconds> Call>
bool attempt(retry& attempts, Call&& call) {
    try {
        return attempts.step([&](milliseconds timeout) {
            auto answer = call(timeout);
            if (!answer && answer.kind() == kafka::error_class::abortable) throw lost_records_error(answer.reason());
            return answer;
        });
    } catch (const cluster_error& cause) {
        throw unknown_outcome_error(cause.what());
    }
}

std::vector<kafka::committed_offset> last_committed_of(std::span<stream_task* const> tasks) {
    std::vector<kafka::committed_offset> offsets;
    for (const stream_task* task : tasks) std::ranges::move(task->last_committed(), std::back_inserter(offsets));
    return offsets;
}

} // namespace

exactly_once::exactly_once(make_producer make, kafka::consumer& consumer, const thread_environment& environment,
                           std::atomic<std::uint64_t>& sent, drop_counters& drops, std::function<void()> while_waiting)
    : make_(std::move(make)), environment_(environment), transaction_timeout_(environment.config.transaction_timeout()),
      producer_(make_()), consumer_(consumer), collector_(*producer_, environment.config, environment.time,
                                                          environment.stop, sent, drops, std::move(while_waiting)) {}

/// Of a call after which it is known what becomes of a transaction: as long as the cluster lets one be open, it may still
/// succeed.
retry exactly_once::deciding(std::string_view doing, milliseconds limit) const {
    const patience within(environment_.time, environment_.stop, std::min(limit, transaction_timeout_));
    return environment_.retried(within, doing);
}

// Before tasks may process

bool exactly_once::ready(milliseconds wait) {
    if (in_doubt_) throw unknown_outcome_error("a commit was given up before the cluster had answered it");
    if (state_ == state::usable) return true;
    if (!attempts_)
        attempts_ = state_ == state::starting
                        ? environment_.retried(environment_.task_patience(), "start transactions")
                        : deciding("abort the transaction", time_for_calls(environment_.config.task_timeout));
    attempts_->wait_at_most(wait);
    if (state_ == state::starting ? !start() : !end_abort()) return false;
    attempts_.reset();
    state_ = state::usable;
    return true;
}

bool exactly_once::start() {
    return attempts_->step([&](milliseconds timeout) { return producer_->init_transactions(timeout); });
}

bool exactly_once::end_abort() {
    const bool aborted = attempt(*attempts_, [&](milliseconds timeout) -> kafka::result {
        auto answer = producer_->abort_transaction(timeout);
        if (answer || answer.kind() != kafka::error_class::abortable) return answer;
        return {kafka::error_class::retriable, answer.reason()};
    });
    if (aborted) collector_.transaction_ended();
    return aborted;
}

// Commits

void exactly_once::begin(std::vector<stream_task*> tasks, const patience& within) {
    for (stream_task* task : tasks) {
        if (!task->commit_needed()) continue;
        task->flush_stores();
        task->tell_last_changelogs(); // all changelogs count together, so none has to wait for another
    }
    commit_ = {.tasks = std::move(tasks), .within = within};
}

std::optional<std::vector<kafka::committed_offset>> exactly_once::step(milliseconds wait) {
    try {
        if (!go_on(*commit_, wait)) return std::nullopt;
    } catch (const lost_records_error&) {
        commit_.reset();
        collector_.serve(); // throws the failure that names its record, where it was one
        throw;
    } catch (...) {
        commit_.reset();
        throw;
    }
    const auto done = std::exchange(commit_, std::nullopt);
    tell_tasks(done->tasks, *done->offsets, collector_);
    if (environment_.stop.stop_requested() && !done->tasks.empty()) of_ended_ = last_committed_of(done->tasks);
    collector_.refresh_partitions();
    return done->offsets;
}

bool exactly_once::go_on(commit_under_way& commit, milliseconds wait) {
    if (!commit.offsets) take_offsets(commit);
    if (commit.offsets->empty() && !collector_.transaction_open()) return true;
    if (commit.attempts) commit.attempts->wait_at_most(wait);
    if (!commit.added && !add_offsets(commit)) return false;
    return end_commit(commit);
}

void exactly_once::take_offsets(commit_under_way& commit) {
    commit.offsets.emplace();
    for (stream_task* task : commit.tasks) std::ranges::move(task->committable(), std::back_inserter(*commit.offsets));
    if (!commit.offsets->empty() || !collector_.transaction_open()) return;
    // What a punctuation wrote, or a node while it was closed, comes without offsets. Those that are committed are sent again,
    // since it is by them that the group refuses what a member does after its time.
    *commit.offsets = commit.tasks.empty() ? of_ended_ : last_committed_of(commit.tasks);
}

bool exactly_once::add_offsets(commit_under_way& commit) {
    collector_.serve(); // a failure that is known already names its record
    collector_.begin_transaction();
    if (commit.offsets->empty()) return commit.added = true; // of no task: written by those that were closed
    if (!member_.handle) throw lost_records_error("this member is in no generation of its group");
    if (!commit.attempts) commit.attempts = deciding("add offsets to the transaction", commit.within.limit());
    // Where this call is not answered in time, the transaction is lost: it is given more than an attempt has.
    commit.added = attempt(*commit.attempts, [&](milliseconds) {
        return producer_->send_offsets(*commit.offsets, member_,
                                       std::min(transaction_timeout_, environment_.longest_step()));
    });
    if (commit.added) commit.attempts.reset();
    return commit.added;
}

bool exactly_once::end_commit(commit_under_way& commit) {
    if (!commit.attempts) commit.attempts = deciding("commit the transaction", commit.within.limit());
    commit.asked = true;
    if (!attempt(*commit.attempts, [&](milliseconds timeout) { return producer_->commit_transaction(timeout); }))
        return false;
    collector_.transaction_ended();
    return true;
}

// What ends otherwise

void exactly_once::abort() {
    in_doubt_ = in_doubt_ || (commit_ && commit_->asked);
    commit_.reset();
    collector_.give_up_sent();
    if (state_ != state::usable || !collector_.transaction_open()) return;
    state_ = state::aborting;
    attempts_.reset();
}

void exactly_once::renew() {
    commit_.reset();
    producer_->close();
    producer_ = make_();
    collector_.use(*producer_);
    state_ = state::starting;
    attempts_.reset();
    in_doubt_ = false;
}

void exactly_once::close() noexcept {
    const bool asked = commit_ && commit_->asked;
    commit_.reset();
    if (collector_.transaction_open() && !asked && !in_doubt_)
        static_cast<void>(producer_->abort_transaction(longest_last_abort));
    producer_->close();
}

} // namespace streams::inline v0
