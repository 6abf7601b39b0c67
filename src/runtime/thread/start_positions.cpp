#include "src/runtime/thread/start_positions.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>
#include <iterator>

namespace streams::inline v0 {
namespace {

constexpr std::string_view held_by_transaction =
    "see whether the brokers are reachable, and whether a transaction of the group hangs (kafka-transactions.sh)";

bool contains(std::span<const topic_partition> partitions, const topic_partition& one) {
    return std::ranges::find(partitions, one) != partitions.end();
}

} // namespace

offset_reset reset_of(const topology& topology, const streams_config& config, std::string_view full_name) {
    for (const node_spec& node : topology.nodes())
        if (node.kind == node_kind::source)
            for (const std::string& declared : node.topics)
                if (full_topic_name(topology, config.application_id, declared) == full_name) {
                    if (topology.is_repartition_topic(declared)) return offset_reset::earliest;
                    return node.reset.value_or(config.auto_offset_reset);
                }
    return config.auto_offset_reset;
}

std::optional<std::int64_t> reset_search::step(shared_rest& rest, kafka::consumer& consumer) {
    kafka::log_bounds bounds;
    if (!attempts_.step(rest, [&](auto timeout) { return consumer.bounds(partition_, bounds, timeout); }))
        return std::nullopt;
    return reset_ == offset_reset::earliest ? bounds.begin : bounds.end;
}

start_search::question start_search::ask_for(asking_task task) const {
    const retry attempts(task.within, "read the committed offsets of the group", longest_);
    return {.tasks = {std::move(task)}, .attempts = attempts};
}

void start_search::add(task_id task, std::vector<topic_partition> inputs, const patience& within) {
    if (inputs.empty()) return;
    std::ranges::copy(inputs, std::back_inserter(added_));
    asking_task added{task, std::move(inputs), within};
    const auto begun_with = [&](const question& each) {
        return !each.alone && !each.attempts.failed() && each.tasks.front().within.begun() == within.begun();
    };
    if (const auto found = std::ranges::find_if(questions_, begun_with); found != questions_.end())
        found->tasks.push_back(std::move(added));
    else
        questions_.push_back(ask_for(std::move(added)));
}

bool start_search::covers(std::span<const topic_partition> inputs) const {
    return std::ranges::all_of(inputs, [&](const auto& each) { return contains(added_, each); });
}

void start_search::leave_out(std::span<const topic_partition> inputs) {
    std::erase_if(unlocated_, [&](const auto& each) { return contains(inputs, each.partition); });
    std::erase_if(lookups_, [&](const reset_search& each) { return contains(inputs, each.partition()); });
    std::erase_if(positions_, [&](const auto& each) { return contains(inputs, each.first); });
}

void start_search::forget(std::span<const topic_partition> inputs) {
    leave_out(inputs);
    std::erase_if(added_, [&](const auto& each) { return contains(inputs, each); });
    std::erase_if(committed_, [&](const auto& each) { return contains(inputs, each.partition); });
}

bool start_search::step(kafka::consumer& consumer, const clock& time, std::int64_t until) {
    for (const unlocated_input& each : std::exchange(unlocated_, {})) locate(each);
    const bool logs_first = logs_first_;
    if (logs_first) search_logs(consumer, time, until);
    ask(consumer, time, until);
    if (!logs_first) search_logs(consumer, time, until);
    return questions_.empty() && unlocated_.empty() && lookups_.empty();
}

/// First what was not asked for the longest time: an answer that is waited for may take all the time there is.
void start_search::ask(kafka::consumer& consumer, const clock& time, std::int64_t until) {
    std::ranges::stable_sort(questions_, {}, [](const question& each) { return each.attempts.next(); });
    for (auto each = questions_.begin(); each != questions_.end() && time.steady_ms() < until;)
        each = answered(*each, consumer) ? questions_.erase(each) : std::next(each);
    ask_one_by_one();
}

void start_search::search_logs(kafka::consumer& consumer, const clock& time, std::int64_t until) {
    std::ranges::stable_sort(lookups_, {}, [](const reset_search& each) { return each.attempts().next(); });
    for (auto each = lookups_.begin(); each != lookups_.end() && time.steady_ms() < until;) {
        const bool due = each->attempts().next(rest_) <= time.steady_ms();
        if (const auto offset = each->step(rest_, consumer)) {
            positions_.emplace_back(each->partition(), *offset);
            each = lookups_.erase(each);
        } else {
            if (due) logs_first_ = false;
            ++each;
        }
    }
}

bool start_search::answered(question& asked, kafka::consumer& consumer) {
    std::vector<kafka::committed_offset> found;
    const bool answered = asked.attempts.step(rest_, [&](auto timeout) {
        std::vector<topic_partition> partitions;
        for (const asking_task& task : asked.tasks) std::ranges::copy(task.inputs, std::back_inserter(partitions));
        logs_first_ = true;
        return consumer.committed(partitions, found, timeout);
    });
    if (!answered) return false;
    std::ranges::move(found, std::back_inserter(committed_));
    for (const asking_task& task : asked.tasks)
        for (const topic_partition& input : task.inputs) unlocated_.push_back({input, task.id, task.within});
    return true;
}

/// Those of the tasks that were asked about together, in vain.
void start_search::ask_one_by_one() {
    std::vector<question> alone;
    std::erase_if(questions_, [&](question& asked) {
        if (!asked.attempts.failed() || asked.alone) return false;
        for (asking_task& task : asked.tasks) {
            const retry attempts(task.within, concat("read the committed offsets of ", task_name(task.id)), longest_,
                                 held_by_transaction);
            alone.push_back({.tasks = {std::move(task)}, .attempts = attempts, .alone = true});
        }
        return true;
    });
    std::ranges::move(alone, std::back_inserter(questions_));
}

void start_search::locate(const unlocated_input& input) {
    const auto known = std::ranges::find(committed_, input.partition, &kafka::committed_offset::partition);
    if (known != committed_.end())
        positions_.emplace_back(input.partition, known->offset);
    else
        lookups_.push_back(look_up(input));
}

reset_search start_search::look_up(const unlocated_input& input) const {
    const auto reset = reset_of(topology_, config_, input.partition.topic);
    if (reset == offset_reset::none)
        throw cluster_error(concat("group ", config_.application_id, " has no committed offset for ",
                                   to_string(input.partition),
                                   " and auto.offset.reset is none; set it to earliest or latest, or commit an offset "
                                   "first"));
    const auto doing = concat("find the bounds of ", to_string(input.partition), " for ", task_name(input.task));
    return {input.partition, reset, retry(input.within, doing, longest_)};
}

std::int64_t start_search::next() const noexcept {
    std::int64_t next = unlocated_.empty() ? never : 0;
    for (const question& each : questions_) next = std::min(next, each.attempts.next(rest_));
    for (const reset_search& each : lookups_) next = std::min(next, each.attempts().next(rest_));
    return next;
}

bool start_search::tried() const noexcept {
    return unlocated_.empty() &&
           std::ranges::all_of(questions_, [](const question& each) { return each.attempts.failed(); }) &&
           std::ranges::all_of(lookups_, [](const reset_search& each) { return each.attempts().failed(); });
}

bool start_search::knows_committed(std::span<const topic_partition> inputs) const {
    const auto asked_for = [&](const asking_task& task) {
        return std::ranges::any_of(task.inputs, [&](const auto& input) { return contains(inputs, input); });
    };
    return std::ranges::none_of(questions_,
                                [&](const question& each) { return std::ranges::any_of(each.tasks, asked_for); });
}

bool start_search::knows(std::span<const topic_partition> inputs) const {
    return knows_committed(inputs) &&
           std::ranges::none_of(unlocated_, [&](const auto& each) { return contains(inputs, each.partition); }) &&
           std::ranges::none_of(lookups_, [&](const reset_search& each) { return contains(inputs, each.partition()); });
}

} // namespace streams::inline v0
