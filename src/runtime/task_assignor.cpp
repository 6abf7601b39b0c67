#include "src/runtime/task_assignor.hpp"

#include "src/runtime/topic_names.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace streams::inline v0 {
namespace {

class range_assignor final : public task_assignor {
public:
    range_assignor(const topology& of, std::string_view application_id, const topic_layout& layout) {
        for (const sub_topology& part : of.sub_topologies()) {
            const auto topics = input_topics(of, {part}, application_id);
            const auto leader = std::max_element(topics.begin(), topics.end(), [&](const auto& a, const auto& b) {
                return layout.partitions.at(a) < layout.partitions.at(b);
            });
            if (leader != topics.end()) led_by_[*leader].push_back(part.id);
        }
    }

    task_assignment assign(std::span<const topic_partition> owned) override {
        task_assignment found;
        for (const topic_partition& each : owned)
            if (const auto led = led_by_.find(each.topic); led != led_by_.end())
                for (const std::int32_t part : led->second) found.active.push_back({part, each.partition});
        std::sort(found.active.begin(), found.active.end());
        return found;
    }

private:
    std::map<std::string, std::vector<std::int32_t>> led_by_; ///< sub-topologies by leading topic
};

} // namespace

std::unique_ptr<task_assignor> make_range_assignor(const topology& of, std::string_view application_id,
                                                   const topic_layout& layout) {
    return std::make_unique<range_assignor>(of, application_id, layout);
}

std::vector<topic_partition> task_inputs(const topology& of, std::string_view application_id,
                                         const topic_layout& layout, task_id task) {
    std::vector<topic_partition> inputs;
    for (const sub_topology& part : of.sub_topologies()) {
        if (part.id != task.subtopology) continue;
        for (auto& topic : input_topics(of, {part}, application_id))
            if (task.partition < layout.partitions.at(topic)) inputs.push_back({std::move(topic), task.partition});
    }
    return inputs;
}

} // namespace streams::inline v0
