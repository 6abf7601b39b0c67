#pragma once

#include <streams/core/config.hpp>
#include <streams/core/metrics.hpp>
#include <streams/core/topic_partition.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace streams::inline v0 {

class clock;
namespace kafka {
class client_supplier;
}

/// The life of an application (Kafka's `KafkaStreams.State`).
enum class application_state { created, rebalancing, running, pending_shutdown, not_running, pending_error, error };

/// Kafka's text: `CREATED`, `REBALANCING`, ...
[[nodiscard]] std::string_view to_string(application_state state) noexcept;

/// Told of every change of state, on the thread that changed it. Must not throw, nor call back into the application.
using state_listener = std::function<void(application_state now, application_state before)>;

/// Told how stores are rebuilt from their changelogs, on stream threads (Kafka's `StateRestoreListener`). Must not throw.
struct restore_listener {
    std::function<void(const topic_partition&, std::string_view store, std::int64_t begin, std::int64_t end)> on_start{};
    std::function<void(const topic_partition&, std::string_view store, std::int64_t batch_end, std::int64_t rows)> on_batch{};
    std::function<void(const topic_partition&, std::string_view store, std::int64_t rows)> on_end{};
};

/// Records an application has handled so far.
struct application_counts {
    std::uint64_t processed = 0; ///< input records taken, repartition topics included
    std::uint64_t sent = 0;      ///< records handed to the producers, changelogs included
    std::map<drop_reason, std::uint64_t> dropped{};
};

/// Runs a topology against a cluster: stream threads, their tasks and stores. All members are thread-safe.
class kafka_streams {
public:
    /// On the cluster of `config.bootstrap_servers`. Throws config_error or topology_error; connects to nothing yet.
    kafka_streams(topology what, streams_config config);
    /// On the cluster of these clients, an embedded one for example.
    kafka_streams(topology what, streams_config config, std::shared_ptr<kafka::client_supplier> clients);
    /// Closes, without a limit of time.
    ~kafka_streams();
    kafka_streams(kafka_streams&&) noexcept;
    kafka_streams& operator=(kafka_streams&&) noexcept;

    /// Before start only.
    void set_state_listener(state_listener listener);
    void set_restore_listener(restore_listener listener);

    /// Checks topics, creates internal ones, starts the threads; returns while they come up. Throws topology_error for
    /// missing topics and unequal partition counts, state_error for a state folder that is locked or foreign.
    /// An unreachable cluster is waited for, on the threads, with back-off.
    void start();
    /// Commits, closes tasks and leaves the group. False: not done within `timeout`, it goes on in the background.
    bool close(std::chrono::milliseconds timeout = std::chrono::milliseconds::max());
    /// start(), then waits for SIGINT, SIGTERM or an error, then close(). 0: clean; 1: an error, which is logged.
    [[nodiscard]] int run_until_signal();

    [[nodiscard]] application_state state() const;
    /// Waits until the application is in `wanted`, or ended; false: not within `timeout`.
    bool wait_for(application_state wanted, std::chrono::milliseconds timeout) const;
    /// Why the application is in `error`; empty otherwise.
    [[nodiscard]] std::string error() const;
    [[nodiscard]] application_counts counts() const;

private:
    class application;
    std::unique_ptr<application> application_;
};

} // namespace streams::inline v0
