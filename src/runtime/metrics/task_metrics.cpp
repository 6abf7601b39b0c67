#include "src/runtime/metrics/task_metrics.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace streams::inline v0 {

using enum metric_id;

namespace {

/// How long ago those timestamps were.
measurements ages(const measurements& timestamps, std::int64_t now) noexcept {
    const std::uint64_t all_now = static_cast<std::uint64_t>(now) * timestamps.count; // wraps, as the sum may
    return {.count = timestamps.count,
            .sum = static_cast<std::int64_t>(all_now - static_cast<std::uint64_t>(timestamps.sum)),
            .smallest = now - timestamps.largest,
            .largest = now - timestamps.smallest};
}

} // namespace

task_metrics::task_metrics(thread_metrics& thread, task_id task)
    : thread_(thread), task_(to_string(task)), process_(thread.registry().kept()), lateness_(thread.registry().kept()),
      punctuate_(thread.registry().kept()), dropped_(thread.registry().kept()), registered_(thread.registry(), *this) {
    thread_.task_created();
}

task_metrics::~task_metrics() { thread_.task_closed(); }

task_metrics::measured_input& task_metrics::input(std::string_view node, std::string_view topic) {
    const std::lock_guard lock(mutex_);
    auto from = std::ranges::find(sources_, node, &source::node);
    if (from == sources_.end()) {
        sources_.emplace_back(node, thread_.registry().kept());
        from = std::prev(sources_.end());
    }
    const auto found = std::ranges::find_if(
        inputs_, [&](const measured_input& each) { return each.from_ == &*from && each.topic_ == topic; });
    return found != inputs_.end() ? *found : inputs_.emplace_back(*from, std::string(topic));
}

void task_metrics::measured_input::took(const measurements& timestamps, const thread_metrics& thread) noexcept {
    if (timestamps.count == 0) return;
    from_->latency.record(ages(timestamps, thread.wall_now()), thread.steady_now());
    consumed_.add(timestamps.count);
}

void task_metrics::processed(std::size_t records, std::int64_t elapsed, const measurements& lateness) noexcept {
    const std::int64_t now = thread_.steady_now();
    process_.record(evenly(elapsed, records), now);
    lateness_.record(lateness, now);
}

void task_metrics::note(std::vector<input_standing> inputs) {
    const std::lock_guard lock(mutex_);
    standings_ = std::move(inputs);
}

void task_metrics::read(metric_list& list) const {
    const std::vector<std::string> labels{thread_.thread(), task_};
    list.add(task_dropped_rate, labels, dropped_.read(list.now()).count_per_second);
    for (std::size_t at = 0; at < drop_reasons; ++at) {
        const auto reason = static_cast<drop_reason>(at);
        list.add(task_dropped_total, {thread_.thread(), task_, std::string(to_string(reason))}, drops_[reason]);
    }
    if (thread_.debug()) {
        const auto process = process_.read(list.now());
        list.add_average(task_process_latency_avg, task_process_latency_max, labels, process);
        list.add_rate(task_process_rate, task_process_total, labels, process);
        list.add_rate(task_punctuate_rate, task_punctuate_total, labels, punctuate_.read(list.now()));
        list.add_average(task_record_lateness_avg, task_record_lateness_max, labels, lateness_.read(list.now()));
    }
    const std::lock_guard lock(mutex_);
    read_sources(list);
    read_inputs(list);
}

void task_metrics::read_sources(metric_list& list) const {
    for (const source& each : sources_) {
        const auto latency = each.latency.read(list.now());
        const std::vector<std::string> labels{thread_.thread(), task_, each.node};
        list.add(node_e2e_latency_avg, labels, latency.average);
        list.add(node_e2e_latency_min, labels, latency.smallest);
        list.add(node_e2e_latency_max, labels, latency.largest);
        list.add_rate(node_process_rate, node_process_total, labels, latency);
    }
    for (const measured_input& each : inputs_)
        list.add(topic_records_consumed, {thread_.thread(), task_, each.from_->node, each.topic_},
                 each.consumed_.value());
}

void task_metrics::read_inputs(metric_list& list) const {
    std::size_t buffered = 0;
    for (const input_standing& each : standings_) {
        buffered += each.buffered;
        if (each.lag)
            list.add(consumer_records_lag,
                     {thread_.thread() + "-consumer", each.partition.topic, std::to_string(each.partition.partition)},
                     *each.lag);
    }
    list.add(task_active_buffer_count, {thread_.thread(), task_}, buffered);
}

} // namespace streams::inline v0
