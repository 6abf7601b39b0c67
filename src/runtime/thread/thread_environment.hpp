#pragma once

#include "src/core/stop_source.hpp"
#include "src/kafka/client.hpp"
#include "src/runtime/global/global_stores.hpp"
#include "src/runtime/stores/state_directory.hpp"
#include "src/runtime/thread/retry.hpp"
#include "src/runtime/topics/internal_topics.hpp"
#include "src/runtime/topics/retention_watch.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/runtime/restore_listener.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace streams::inline v0 {

/// What the stream threads of an application share. All of it outlives them and stays as it is while they run.
struct thread_environment {
    const streams::topology& topology;
    const streams_config& config;
    kafka::client_supplier& clients;
    kafka::admin& admin;
    execution& time;
    const stop_source& stop; ///< of the application
    state_directory& states;
    store_memory& memory;
    const topic_layout& layout; ///< known before the first turn of a thread
    const restore_listener& on_restore;
    std::function<void()> on_progress; ///< called by a stream thread whose running() has changed
    retention_watch& retention;
    std::string client_id;            ///< of the application
    std::string process_id{};         ///< kept in the state folder, where there is one
    global_stores* globals = nullptr; ///< filled before the first turn of a thread; null: there are none

    /// With which a call to the cluster is tried again, beginning now: for task.timeout.ms.
    [[nodiscard]] patience task_patience() const { return {time, stop, config.task_timeout}; }
    /// How long a thread goes without a poll at most, as far as it is up to the library: it does several things that last
    /// no longer between two of them.
    [[nodiscard]] std::chrono::milliseconds longest_step() const { return config.max_poll_interval / 6; }
    /// A call that is stepped between polls.
    [[nodiscard]] retry retried(const patience& within, std::string_view doing) const {
        return {within, doing, longest_step()};
    }
    /// The same, begun now, for task.timeout.ms.
    [[nodiscard]] retry retried(std::string_view doing) const { return retried(task_patience(), doing); }
};

} // namespace streams::inline v0
