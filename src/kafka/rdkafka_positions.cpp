#include "src/kafka/rdkafka_positions.hpp"

#include <iterator>

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
    topics_.clear();
    for (const auto& [partition, offset] : partitions)
        topics_[partition.topic][partition.partition] = {
            .next = offset, .fetched = offset, .paused = stopped, .stopped = stopped};
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
