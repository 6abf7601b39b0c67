#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace streams::inline v0 {

/// Names a task: one sub-topology on one partition number. Its text is Kafka's: `<subtopology>_<partition>`.
struct task_id {
    std::int32_t subtopology = 0;
    std::int32_t partition = 0;

    friend bool operator==(const task_id&, const task_id&) = default;
    friend auto operator<=>(const task_id&, const task_id&) = default;
};

[[nodiscard]] inline std::string to_string(task_id task) {
    return std::to_string(task.subtopology) + '_' + std::to_string(task.partition);
}

} // namespace streams::inline v0
