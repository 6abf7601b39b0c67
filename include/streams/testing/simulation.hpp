#pragma once

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/testing/embedded_cluster.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::testing {

struct simulation_options {
    std::uint64_t first_seed = 1;
    std::uint64_t seeds = 100;
    int instances = 3;
    std::size_t least_faults = 5; ///< in each seed
    std::int32_t partitions = 4;  ///< of topics that were not made otherwise
    /// Of all instances; an empty application.id is named. What time spans it has pass in virtual time.
    streams_config config{};
    std::chrono::milliseconds longest_gap{30}; ///< between two records that are produced
};

/// What the topics of a simulated run have at its end, as a read_committed consumer was given it.
class simulated_topics {
public:
    virtual ~simulated_topics() = default;
    /// Partition by partition. Throws streams_error where there is no such topic.
    [[nodiscard]] virtual std::vector<raw_stored_record> read_bytes(std::string_view topic) const = 0;
    /// The same decoded; throws serialization_error where one does not decode.
    template <readable_and_writable Key, readable_and_writable Value>
        requires(!borrows_from_record<without_null_t<Key>> && !borrows_from_record<without_null_t<Value>>)
    [[nodiscard]] std::vector<stored_record<Key, Value>> read(std::string_view topic) const {
        const auto view_of = [](const std::optional<bytes>& stored) {
            return stored ? std::optional(stored->view()) : std::nullopt;
        };
        std::vector<stored_record<Key, Value>> records;
        for (auto& raw : read_bytes(topic))
            records.push_back({decode<Key>(view_of(raw.key)), decode<Value>(view_of(raw.value)), raw.timestamp,
                               std::move(raw.headers), raw.partition, raw.offset});
        return records;
    }
};

/// A seed of which something is wrong.
struct simulation_failure {
    std::uint64_t seed = 0;
    std::string reason;
    std::vector<std::string> faults; ///< those that it takes, as text
};

struct simulation_report {
    std::uint64_t passed = 0;
    std::vector<simulation_failure> failures{};
    std::map<std::string, int> faults{}; ///< how many of each kind have happened
    /// `97 passed, 3 failed`, and what failed, a line each.
    [[nodiscard]] std::string text() const;
};

/// Runs instances of a topology, in virtual time and in this process, while processes die and come back with and
/// without their disks, answers are lost, brokers and coordinators go away, sessions expire and disks are full. Each
/// seed draws other faults and another order of threads, and the same seed is always the same run. Then nothing goes
/// wrong any more, and all must be processed and closed: an instance that ended by itself, something that never
/// finishes, and a store that is not what its changelog says are failures. What is right for the topics says `check`.
///
///     testing::simulation sim([] { return payments_topology(); }, {.seeds = 200});
///     for (const payment& each : payments) sim.produce("payments", each.card, each, each.time);
///     const auto report = sim.run([&](const testing::simulated_topics& topics) {
///         return last_of_each_key(topics.read<std::string, alert>("alerts")) == expected ? "" : "alerts are wrong";
///     });
///     CHECK(report.failures.empty());
///
/// Not thread-safe, and one at a time in a process: it takes the log of the library meanwhile.
class simulation {
public:
    /// `make`: called once a seed; nodes that count or remember outside of stores must not be shared between topologies.
    explicit simulation(std::function<topology()> make, simulation_options options = {});
    /// The same, given the virtual time: for the threads and waits of what stands for another service. Such threads are to
    /// end by themselves while `check` runs, at the latest.
    explicit simulation(std::function<topology(execution&)> make, simulation_options options = {});
    ~simulation();
    simulation(const simulation&) = delete;
    simulation& operator=(const simulation&) = delete;

    /// Topics that the application reads or writes, and that are made before it starts. One that is produced to need not be
    /// named.
    simulation& create_topic(std::string name, std::int32_t partitions);
    /// A record that the topic gets, in this order, while the instances run. nullopt: null.
    simulation& produce_bytes(std::string_view topic, std::optional<bytes_view> key, std::optional<bytes_view> value,
                              std::int64_t timestamp);
    template <readable_and_writable Key, readable_and_writable Value>
    simulation& produce(std::string_view topic, const Key& key, const Value& value, std::int64_t timestamp) {
        bytes key_bytes;
        bytes value_bytes;
        const bool has_key = encode(key, key_bytes);
        const bool has_value = encode(value, value_bytes);
        return produce_bytes(topic, has_key ? std::optional(key_bytes.view()) : std::nullopt,
                             has_value ? std::optional(value_bytes.view()) : std::nullopt, timestamp);
    }

    /// Runs the seeds. `check` says what is wrong with the topics at the end of one; empty: nothing. Throws topology_error
    /// and config_error as kafka_streams does.
    [[nodiscard]] simulation_report run(const std::function<std::string(const simulated_topics&)>& check);

private:
    struct plan;
    std::unique_ptr<plan> plan_;
};

} // namespace streams::inline v0::testing
