#pragma once

#include "src/runtime/topics/internal_topics.hpp"

#include <streams/core/task_id.hpp>
#include <streams/core/topic_partition.hpp>

#include <map>
#include <memory>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Decides what tasks a thread owns. The runtime derives ownership nowhere else.
class task_assignor {
public:
    virtual ~task_assignor() = default;
    /// Which tasks go to whoever a generation of the group gives a partition, of all those that it gives to its members,
    /// `group` (full names). Partitions that decide over no task are left out.
    [[nodiscard]] virtual std::map<topic_partition, std::vector<task_id>> tasks_by_partition(
        std::span<const topic_partition> group) const = 0;
    /// The tasks of a member to which the group gave the partitions `owned`, in the order of their ids.
    [[nodiscard]] std::vector<task_id> assign(std::span<const topic_partition> owned,
                                              std::span<const topic_partition> group) const;
};

/// Follows the group's range assignment: of each sub-topology one topic leads, the first of its widest, and who owns
/// partition n of that owns task n, with partition n of every other topic, whoever the group gave that to. How wide
/// they are is taken from what the group has given away: all members know that alike, whatever else each knows of the
/// topics, so that no task has two owners. Range gives partition n of equally wide topics to the same member.
/// `topology` outlives the assignor.
[[nodiscard]] std::unique_ptr<task_assignor> make_range_assignor(const topology& topology,
                                                                 std::string_view application_id);

/// The input partitions of a task: its partition number of every source topic that has it, full names.
[[nodiscard]] std::vector<topic_partition> task_inputs(const topology& topology, std::string_view application_id,
                                                       const topic_layout& layout, task_id task);

} // namespace streams::inline v0
