#pragma once

#include "src/kafka/client.hpp"
#include "state/managed_store.hpp"

#include <streams/core/clock.hpp>
#include <streams/core/config.hpp>
#include <streams/topology/task_context.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace streams::inline v0 {

/// What a task is given by whoever runs it: a stream thread, or the test driver. The references outlive the task.
struct task_environment {
    const streams_config& config;
    const clock& time;
    record_collector& collector;
    drop_counters& drops;
    std::filesystem::path directory;  ///< the task's own folder; unused where all stores are in memory
    std::int64_t cache_bytes = 0;     ///< for all stores of the task together
    bool stores_in_memory = false;    ///< persistent stores too: the test driver's choice
    /// The sink of a store's changelog partition; called for stores that log.
    std::function<std::unique_ptr<changelog_sink>(const store_spec&)> changelog_of;
};

/// A sub-topology at work on one partition number (or, for the test driver, several sub-topologies at once): its nodes,
/// stores and record queues. The caller drives it: fill, process, punctuate, commit. One thread.
class task;

} // namespace streams::inline v0
