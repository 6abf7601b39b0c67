#include "src/runtime/metrics/thread_metrics.hpp"

#include <algorithm>
#include <utility>

namespace streams::inline v0 {
namespace {

constexpr std::int64_t between_input_looks = 1'000;

/// The metrics of an operation, whose times a sensor has.
struct operation_metrics {
    metric_id latency_avg;
    metric_id latency_max;
    metric_id rate;
    metric_id total;
    metric_id ratio;
};

using enum metric_id;
constexpr operation_metrics of_polls{thread_poll_latency_avg, thread_poll_latency_max, thread_poll_rate,
                                     thread_poll_total, thread_poll_ratio};
constexpr operation_metrics of_records{thread_process_latency_avg, thread_process_latency_max, thread_process_rate,
                                       thread_process_total, thread_process_ratio};
constexpr operation_metrics of_punctuations{thread_punctuate_latency_avg, thread_punctuate_latency_max,
                                            thread_punctuate_rate, thread_punctuate_total, thread_punctuate_ratio};
constexpr operation_metrics of_commits{thread_commit_latency_avg, thread_commit_latency_max, thread_commit_rate,
                                       thread_commit_total, thread_commit_ratio};

} // namespace

std::string_view to_string(thread_state state) noexcept {
    switch (state) {
    case thread_state::starting:
        return "STARTING";
    case thread_state::partitions_revoked:
        return "PARTITIONS_REVOKED";
    case thread_state::partitions_assigned:
        return "PARTITIONS_ASSIGNED";
    case thread_state::running:
        return "RUNNING";
    }
    return "UNKNOWN";
}

thread_metrics::thread_metrics(metrics_registry& registry, std::string thread, const clock& time)
    : registry_(registry), thread_(std::move(thread)), time_(time), debug_(registry.level() >= recording_level::debug),
      made_at_(time.wall_ms()), poll_(registry.kept()), poll_records_(registry.kept()), process_(registry.kept()),
      process_records_(registry.kept()), punctuate_(registry.kept()), commit_(registry.kept()),
      created_(registry.kept()), closed_(registry.kept()), registered_(registry, *this) {}

void thread_metrics::polled(std::int64_t began, std::int64_t ended, std::size_t records) noexcept {
    poll_.record(ended - began, ended);
    poll_records_.record(static_cast<std::int64_t>(records), ended);
    steady_ = ended;
    wall_ahead_ = time_.wall_ms() - ended;
}

void thread_metrics::processed(std::int64_t began, std::int64_t ended, std::size_t records) noexcept {
    process_.record(evenly(ended - began, records), ended);
    process_records_.record(static_cast<std::int64_t>(records), ended);
}

void thread_metrics::punctuated(std::int64_t began, std::int64_t ended, std::size_t punctuations) noexcept {
    punctuate_.record(evenly(ended - began, punctuations), ended);
}

void thread_metrics::committed(std::int64_t now) noexcept { commit_.record(now - commit_began_, now); }

bool thread_metrics::look_due(std::int64_t now) noexcept {
    if (now < next_look_) return false;
    next_look_ = now + between_input_looks;
    return true;
}

void thread_metrics::read(metric_list& list) const {
    const auto add = [&](metric_id id, auto value) { list.add(id, {thread_}, value); };
    const auto add_operation = [&](const operation_metrics& ids, const sensor& of) {
        const auto now = of.read(list.now());
        list.add_average(ids.latency_avg, ids.latency_max, {thread_}, now);
        list.add_rate(ids.rate, ids.total, {thread_}, now);
        add(ids.ratio, std::min(now.sum_per_second / 1'000, 1.0));
    };
    add_operation(of_polls, poll_);
    add_operation(of_records, process_);
    add_operation(of_punctuations, punctuate_);
    add_operation(of_commits, commit_);
    list.add_average(thread_poll_records_avg, thread_poll_records_max, {thread_}, poll_records_.read(list.now()));
    list.add_average(thread_process_records_avg, thread_process_records_max, {thread_},
                     process_records_.read(list.now()));
    list.add_rate(thread_task_created_rate, thread_task_created_total, {thread_}, created_.read(list.now()));
    list.add_rate(thread_task_closed_rate, thread_task_closed_total, {thread_}, closed_.read(list.now()));
    add(thread_unwritten_total, unwritten_.total());
    add(thread_start_time, made_at_);
    const auto state = state_.load(std::memory_order_relaxed);
    add(thread_state_text, std::string(to_string(state)));
    add(thread_state_number, static_cast<int>(state));
}

} // namespace streams::inline v0
