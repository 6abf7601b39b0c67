#pragma once

#include "src/core/stop_source.hpp"
#include "src/kafka/client.hpp"
#include "src/metrics/metrics_registry.hpp"
#include "src/runtime/global/global_stores.hpp"
#include "src/runtime/queries/instance_directory.hpp"
#include "src/runtime/queries/restored_positions.hpp"
#include "src/runtime/queries/task_directory.hpp"
#include "src/runtime/stores/state_directory.hpp"
#include "src/runtime/thread/group_division.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/retention_watch.hpp"
#include "src/runtime/topics/topic_views.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/runtime/restore_listener.hpp>
#include <streams/runtime/standby_update_listener.hpp>
#include <streams/topology/topology.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// What the threads of an application share. All of it outlives them.
struct shared_environment {
    const streams_config& config;
    kafka::client_supplier& clients;
    kafka::admin& admin;
    execution& time;
    state_directory& states;
    store_memory& memory;
    const topic_views& views; ///< with a layout before the first turn of a thread
    const restore_listener& on_restore;
    const standby_update_listener& on_standby_update;
    restored_positions& restored; ///< which `on_restore` notes
    retention_watch& retention;
    group_watch& group;
    task_directory& directory;     ///< of tasks, for queries
    instance_directory& instances; ///< of the application, for queries
    metrics_registry& metrics;
    const std::atomic<std::int32_t>& threads; ///< stream threads now
    const std::atomic<bool>& paused;
    const std::atomic<bool>& all_end; ///< all instances do: no member keeps its place in the group
    /// Called first by a thread that a stream thread starts, with its name.
    std::function<void(const std::string& thread)> enter{};
    std::function<void()> on_progress{}; ///< called by a stream thread whose running() has changed
    /// Called by a stream thread that finds a member in its group that asks all to end (see shutdown_request).
    std::function<void(const std::string& client_id)> on_shutdown_request{};
    /// Called by a stream thread that hears of a topic which its view has not, or which the cluster has not.
    std::function<void()> on_other_topics{};
    std::string client_id{};          ///< of the application
    std::string process_id{};         ///< kept in the state folder, where there is one
    global_stores* globals = nullptr; ///< filled before the first turn of a thread; null: there are none
};

/// What one thread works with.
struct thread_environment : shared_environment {
    const stop_source& stop; ///< of this thread
    const topic_view* view;  ///< of the topics, as this thread sees them now

    [[nodiscard]] const streams::topology& topology() const noexcept { return view->topology; }
    [[nodiscard]] const topic_layout& layout() const noexcept { return view->layout; }

    /// With which a call to the cluster is tried again, beginning now.
    [[nodiscard]] patience task_patience() const { return {time, stop, time_for_calls(config.task_timeout)}; }
    /// How long a thread goes without a poll at most, as far as it is up to the library: it does several things that last
    /// no longer between two of them.
    [[nodiscard]] std::chrono::milliseconds longest_step() const { return config.max_poll_interval / 6; }
    /// A call that is stepped between polls.
    [[nodiscard]] retry retried(const patience& within, std::string_view doing,
                                std::string_view remedy = retry::reach_brokers) const {
        return {within, doing, longest_step(), remedy};
    }
    /// The same, begun now, with the patience of a task.
    [[nodiscard]] retry retried(std::string_view doing, std::string_view remedy = retry::reach_brokers) const {
        return retried(task_patience(), doing, remedy);
    }
};

} // namespace streams::inline v0
