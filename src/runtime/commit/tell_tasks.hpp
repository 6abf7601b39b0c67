#pragma once

#include "src/runtime/commit/producing_collector.hpp"
#include "src/runtime/tasks/task.hpp"

#include <span>

namespace streams::inline v0 {

/// Tells the collector, and tasks that what they prepared is committed, with these offsets, and their stores how far their
/// changelogs have it. All of them; throws what the first throws that does.
void tell_tasks(std::span<stream_task* const> tasks, std::span<const kafka::committed_offset> committed,
                producing_collector& collector);

} // namespace streams::inline v0
