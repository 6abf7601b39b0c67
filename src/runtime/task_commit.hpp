#pragma once

#include "src/kafka/client.hpp"
#include "src/runtime/owned_tasks.hpp"
#include "src/runtime/producing_collector.hpp"

#include <streams/core/clock.hpp>

#include <chrono>
#include <span>
#include <vector>

namespace streams::inline v0 {

/// Commits running tasks at least once: flushes stores, waits for what was sent, commits the offsets, and only then
/// tells the stores. Returns the offsets it committed.
/// `all_queued`: what was polled is queued, so that the control records behind it are committed too.
/// `limit`: how long to wait for the cluster, in each step.
/// Throws fenced_error, lost_records_error, cluster_error, and what tasks and stores throw.
std::vector<kafka::committed_offset> commit_tasks(std::span<stream_task* const> tasks, bool all_queued,
                                                  producing_collector& collector, kafka::consumer& consumer,
                                                  std::chrono::milliseconds limit, clock& time);

} // namespace streams::inline v0
