#include "src/kafka/rdkafka_positions.hpp"

#include "src/core/owned_records.hpp"

#include <iterator>
#include <utility>

namespace streams::inline v0::kafka {

fetched_run fetched_run::split(std::size_t count) {
    const auto at = std::next(records.begin(), static_cast<std::ptrdiff_t>(count));
    fetched_run first{{records.begin(), at}, memory};
    records.erase(records.begin(), at);
    return first;
}

void reading_position::hand_over(const fetched_run& run) noexcept {
    next = run.records.back().offset + 1;
    started = true;
    // The end may lie behind records that are never handed over, such as control records.
    if (held.empty() && ended_at >= 0) next = ended_at;
}

void reading_position::reach_end(std::int64_t offset) noexcept {
    fetched = offset;
    ended_at = offset;
    if (!held.empty()) return;
    next = offset;
    started = true;
}

void reading_positions::assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool stopped) {
    clear();
    for (const auto& [partition, offset] : partitions)
        topics_[partition.topic][partition.partition] = {
            .next = offset, .fetched = offset, .paused = stopped, .stopped = stopped};
}

void reading_positions::clear() noexcept {
    topics_.clear();
    held_bytes_ = held_records_ = 0;
}

void reading_positions::hold(reading_position& position, fetched_run run) {
    held_records_ += run.records.size();
    held_bytes_ += memory_of(run.records);
    position.held.push_back(std::move(run));
}

void reading_positions::drop_held(reading_position& position) noexcept {
    for (const auto& run : position.held) {
        held_records_ -= run.records.size();
        held_bytes_ -= memory_of(run.records);
    }
    position.held.clear();
}

std::size_t reading_positions::released() const noexcept {
    std::size_t released = 0;
    if (held_records_ == 0) return released;
    for (const auto& [topic, partitions] : topics_)
        for (const auto& [partition, position] : partitions) {
            if (position.paused) continue;
            for (const auto& run : position.held) released += run.records.size();
        }
    return released;
}

fetched_run reading_positions::take_held(reading_position& position, std::size_t most) {
    auto& front = position.held.front();
    held_bytes_ -= memory_of(front.records);
    const bool whole = front.records.size() <= most;
    auto run = whole ? std::move(front) : front.split(most);
    if (whole)
        position.held.pop_front();
    else
        held_bytes_ += memory_of(front.records);
    held_records_ -= run.records.size();
    return run;
}

reading_position* reading_positions::find(std::string_view topic, std::int32_t partition) noexcept {
    const auto partitions = topics_.find(topic);
    if (partitions == topics_.end()) return nullptr;
    const auto found = partitions->second.find(partition);
    return found == partitions->second.end() ? nullptr : &found->second;
}

reading_positions::assignment reading_positions::fetch_offsets() const {
    assignment all;
    for (const auto& [topic, partitions] : topics_)
        for (const auto& [partition, position] : partitions) all.push_back({{topic, partition}, position.fetched});
    return all;
}

std::vector<topic_partition> reading_positions::stopped() const {
    std::vector<topic_partition> found;
    for (const auto& [topic, partitions] : topics_)
        for (const auto& [partition, position] : partitions)
            if (position.stopped) found.push_back({topic, partition});
    return found;
}

} // namespace streams::inline v0::kafka
