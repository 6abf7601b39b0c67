#pragma once

#include "faults/faulty_clients.hpp"
#include "runtime/temporary_folder.hpp"
#include "runtime/topologies.hpp"
#include "simulation/seeded_scheduler.hpp"

#include <streams/runtime/kafka_streams.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace streams::simulation {

using namespace std::chrono_literals;

inline constexpr auto max_poll_interval = 30s;
inline const std::string text_key = "k";

/// A cluster with topics `in` and `out`, in virtual time.
class simulated_world {
public:
    explicit simulated_world(seeded_scheduler& time, std::int32_t partitions = 2)
        : scheduler(time), cluster({.time = &time, .max_poll_interval = max_poll_interval}),
          plan(std::make_shared<testing_support::fault_plan>(time)),
          restoring(std::make_shared<testing_support::fault_plan>(time)) {
        cluster.create_topic("in", partitions);
        cluster.create_topic("out", partitions);
    }
    streams_config config(const std::string& name) const {
        streams_config config;
        config.application_id = "app";
        config.client_id = name;
        config.state_dir = folder.path() / name;
        config.commit_interval = 50ms;
        config.max_poll_interval = max_poll_interval;
        return config;
    }
    /// Whose calls go as planned.
    std::unique_ptr<kafka_streams> planned(streams_config with) {
        return started(std::move(with),
                       std::make_shared<testing_support::faulty_clients>(cluster.clients(), plan, restoring));
    }
    std::unique_ptr<kafka_streams> healthy(streams_config with) { return started(std::move(with), cluster.clients()); }
    void produce(std::int32_t partition, const std::string& value = "v") {
        cluster.produce("in", text_key, value, {.timestamp = 1, .partition = partition});
    }
    std::int64_t committed(std::int32_t partition) const {
        const auto all = cluster.committed("app");
        const auto found = all.find({"in", partition});
        return found == all.end() ? 0 : found->second.offset;
    }
    std::size_t written() const { return cluster.read<std::string, std::string>("out").size(); }
    /// Within ten minutes.
    bool eventually(const std::function<bool()>& condition) {
        const auto deadline = scheduler.after(10min);
        while (!condition()) {
            if (scheduler.steady_ms() > deadline) return false;
            scheduler.sleep(20ms);
        }
        return true;
    }

    seeded_scheduler& scheduler;
    testing_support::temporary_folder folder;
    embedded_cluster cluster;
    std::shared_ptr<testing_support::fault_plan> plan;
    std::shared_ptr<testing_support::fault_plan> restoring;

private:
    std::unique_ptr<kafka_streams> started(streams_config with, std::shared_ptr<kafka::client_supplier> clients) {
        auto app = std::make_unique<kafka_streams>(testing_support::count_topology(false), std::move(with),
                                                   std::move(clients), &scheduler);
        app->start();
        return app;
    }
};

/// Runs `body` on a cluster of its own.
inline void simulate(const std::function<void(simulated_world&)>& body, std::int32_t partitions = 2) {
    seeded_scheduler scheduler(1);
    scheduler.run([&] {
        simulated_world w(scheduler, partitions);
        body(w);
    });
}

inline const kafka::result no_answer{kafka::error_class::retriable, "no answer"};
inline constexpr int for_ever = 1'000'000;

} // namespace streams::simulation
