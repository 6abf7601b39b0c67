#include "src/kafka/rdkafka_positions.hpp"

namespace streams::inline v0::kafka {

void reading_positions::assign(std::span<const std::pair<topic_partition, std::int64_t>> partitions, bool paused) {
    topics_.clear();
    for (const auto& [partition, offset] : partitions)
        topics_[partition.topic][partition.partition] = {.next = offset, .start = offset, .paused = paused};
}

reading_position* reading_positions::find(std::string_view topic, std::int32_t partition) noexcept {
    const auto partitions = topics_.find(topic);
    if (partitions == topics_.end()) return nullptr;
    const auto found = partitions->second.find(partition);
    return found == partitions->second.end() ? nullptr : &found->second;
}

reading_positions::assignment reading_positions::next_offsets() const {
    assignment all;
    for (const auto& [topic, partitions] : topics_)
        for (const auto& [partition, position] : partitions) all.push_back({{topic, partition}, position.next});
    return all;
}

std::vector<topic_partition> reading_positions::paused() const {
    std::vector<topic_partition> found;
    for (const auto& [topic, partitions] : topics_)
        for (const auto& [partition, position] : partitions)
            if (position.paused) found.push_back({topic, partition});
    return found;
}

} // namespace streams::inline v0::kafka
