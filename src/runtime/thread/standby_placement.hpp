#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/thread/task_assignor.hpp"

#include <streams/core/task_id.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The process that a member of the group runs in, as far as its id says so: that of a static member begins with the process's,
/// of a dynamic one it is the member's own.
[[nodiscard]] std::string process_of(std::string_view member_id);

/// Who keeps standbys of which tasks: by the position in `members`, as many of each task as `replicas`, none in the process that
/// has the task. The first is kept by who would be given the task by the range assignment if that process were gone, the next by
/// who would be if the first one's were gone too, and so on. All members work out the same from the same generation.
[[nodiscard]] std::vector<std::vector<task_id>> place_standbys(std::span<const kafka::group_member> members,
                                                               std::int32_t replicas, const task_assignor& assignor);

} // namespace streams::inline v0
