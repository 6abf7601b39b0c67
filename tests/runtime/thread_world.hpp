#pragma once

#include "runtime/world.hpp"

#include "src/core/memory_limits.hpp"
#include "src/core/stop_source.hpp"
#include "src/kafka/client.hpp"
#include "src/metrics/metrics_registry.hpp"
#include "src/runtime/thread/thread_environment.hpp"
#include "state/store_memory.hpp"

#include <streams/core/execution.hpp>
#include <streams/topology/topology.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>

namespace streams::testing_support {

/// A world with what the threads of its application share, for tests that drive one of them, or a part of one, themselves.
struct thread_world : world {
    explicit thread_world(const topology& of, std::int32_t partitions = 1, execution& by = machine())
        : world(partitions, {.time = &by}), time(by), views(view_of(of, with, *admin)),
          shared{.config = with,
                 .clients = *clients,
                 .admin = *admin,
                 .time = time,
                 .states = states,
                 .memory = memory,
                 .views = views,
                 .on_restore = on_restore,
                 .on_standby_update = on_standby_update,
                 .restored = restored,
                 .retention = retention,
                 .group = group,
                 .directory = directory,
                 .instances = instances,
                 .metrics = metrics,
                 .threads = threads,
                 .paused = paused,
                 .all_end = all_end,
                 .enter = [](const std::string&) {},
                 .on_progress = [] {},
                 .on_shutdown_request = [](const std::string&) {},
                 .on_other_topics = [] {},
                 .client_id = "client"} {}

    execution& time;
    streams_config with = config();
    std::shared_ptr<kafka::client_supplier> clients = cluster.clients();
    std::unique_ptr<kafka::admin> admin = clients->make_admin("admin");
    memory_budget budget{memory_limits_of(with)};
    store_memory memory{budget};
    state_directory states{with.state_dir / with.application_id, time};
    restore_listener on_restore{};
    standby_update_listener on_standby_update{};
    restored_positions restored;
    retention_watch retention{time};
    group_watch group{with.application_id};
    task_directory directory;
    instance_directory instances;
    metrics_registry metrics{recording_level::info, {}};
    std::atomic<std::int32_t> threads{1};
    std::atomic<bool> paused{false};
    std::atomic<bool> all_end{false};
    stop_source stop{time, "a test"};
    topic_views views;
    shared_environment shared;

private:
    static topic_view view_of(const topology& of, const streams_config& config, kafka::admin& admin) {
        topic_view view{of, {}};
        if (!set_up_topics(of, config, admin, std::chrono::seconds(5), view.layout))
            throw std::runtime_error("the cluster does not answer");
        return view;
    }
};

} // namespace streams::testing_support
