#include "src/runtime/thread/task_assignor.hpp"

#include "src/runtime/topics/topic_names.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace streams::inline v0 {
namespace {

class range_assignor final : public task_assignor {
public:
    range_assignor(const topology& topology, std::string_view application_id)
        : topology_(topology), application_id_(application_id) {}

    std::map<topic_partition, std::vector<task_id>> tasks_by_partition(
        std::span<const topic_partition> group) const override {
        std::map<std::string, std::int32_t> widths;
        for (const topic_partition& each : group) {
            auto& width = widths[each.topic];
            width = std::max(width, each.partition + 1);
        }
        const topology seen = seen_by(group);
        std::map<topic_partition, std::vector<task_id>> found;
        for (const sub_topology& part : seen.sub_topologies()) {
            const auto topics = input_topics(seen, {part}, application_id_);
            const auto leader = std::ranges::max_element(topics, {}, [&](const auto& topic) { return widths[topic]; });
            if (leader == topics.end()) continue;
            for (std::int32_t partition = 0; partition < widths[*leader]; ++partition)
                found[{*leader, partition}].push_back({part.id, partition});
        }
        return found;
    }

private:
    /// With the topics that a pattern has found in any member, also where this one has not.
    topology seen_by(std::span<const topic_partition> group) const {
        if (!topology_.has_patterns()) return topology_;
        std::vector<std::string> topics;
        for (const node_spec& node : topology_.nodes())
            if (!node.pattern.empty()) topics.insert(topics.end(), node.topics.begin(), node.topics.end());
        for (const topic_partition& each : group)
            if (std::find(topics.begin(), topics.end(), each.topic) == topics.end()) topics.push_back(each.topic);
        return topology_.with_topics(topics, application_id_);
    }

    const topology& topology_;
    std::string application_id_;
};

} // namespace

std::vector<task_id> task_assignor::assign(std::span<const topic_partition> owned,
                                           std::span<const topic_partition> group) const {
    const auto tasks = tasks_by_partition(group);
    std::vector<task_id> found;
    for (const topic_partition& each : owned)
        if (const auto led = tasks.find(each); led != tasks.end())
            found.insert(found.end(), led->second.begin(), led->second.end());
    std::ranges::sort(found);
    return found;
}

std::unique_ptr<task_assignor> make_range_assignor(const topology& topology, std::string_view application_id) {
    return std::make_unique<range_assignor>(topology, application_id);
}

std::vector<topic_partition> task_inputs(const topology& topology, std::string_view application_id,
                                         const topic_layout& layout, task_id task) {
    std::vector<topic_partition> inputs;
    for (const sub_topology& part : topology.sub_topologies()) {
        if (part.id != task.subtopology) continue;
        for (auto& topic : input_topics(topology, {part}, application_id))
            if (task.partition < layout.partitions.at(topic)) inputs.push_back({std::move(topic), task.partition});
    }
    return inputs;
}

} // namespace streams::inline v0
