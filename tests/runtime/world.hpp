#pragma once

#include "runtime/temporary_folder.hpp"

#include "src/kafka/client.hpp"

#include <streams/runtime/kafka_streams.hpp>
#include <streams/serde/standard.hpp>
#include <streams/testing/embedded_cluster.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace streams::testing_support {

inline constexpr std::chrono::seconds patience{20};

template <class Condition>
bool eventually(Condition&& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

/// An embedded cluster with topics `in` and `out`, and applications on it.
struct world {
    explicit world(std::int32_t partitions = 1, embedded_cluster_options options = {}) : cluster(std::move(options)) {
        cluster.create_topic("in", partitions);
        cluster.create_topic("out", partitions);
    }
    streams_config config(const std::string& instance = "one") const {
        streams_config c;
        c.application_id = "app";
        c.state_dir = folder.path() / instance;
        c.commit_interval = std::chrono::milliseconds(50);
        c.poll = std::chrono::milliseconds(10);
        return c;
    }
    kafka_streams run(topology what, streams_config with) const {
        return run(std::move(what), std::move(with), cluster.clients());
    }
    kafka_streams run(topology what, streams_config with, std::shared_ptr<kafka::client_supplier> clients) const {
        kafka_streams app(std::move(what), std::move(with), std::move(clients));
        app.start();
        return app;
    }
    void produce(const std::string& key, const std::string& value, std::int64_t timestamp = 1) {
        cluster.produce("in", key, value, {.timestamp = timestamp});
    }
    std::vector<std::string> out() const {
        std::vector<std::string> values;
        for (const auto& each : cluster.read<std::string, std::string>("out")) values.push_back(each.value);
        return values;
    }
    /// The largest count by key that was written.
    std::map<std::string, int> counts() const {
        std::map<std::string, int> largest;
        for (const auto& each : cluster.read<std::string, std::string>("out")) {
            auto& count = largest[each.key];
            count = std::max(count, std::stoi(each.value));
        }
        return largest;
    }
    std::int64_t committed(const std::string& topic = "in", std::int32_t partition = 0) const {
        const auto all = cluster.committed("app");
        const auto found = all.find({topic, partition});
        return found == all.end() ? -1 : found->second.offset;
    }

    embedded_cluster cluster;
    temporary_folder folder;
};

} // namespace streams::testing_support
