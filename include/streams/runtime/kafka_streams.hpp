#pragma once

#include <streams/core/config.hpp>
#include <streams/core/memory_role.hpp>
#include <streams/core/metrics.hpp>
#include <streams/core/partitioner.hpp>
#include <streams/metrics/metric.hpp>
#include <streams/runtime/application_state.hpp>
#include <streams/runtime/lag_info.hpp>
#include <streams/runtime/restore_listener.hpp>
#include <streams/runtime/standby_update_listener.hpp>
#include <streams/runtime/streams_metadata.hpp>
#include <streams/runtime/uncaught_exception_handler.hpp>
#include <streams/state/query/queryable_stores.hpp>
#include <streams/state/query/typed_queries.hpp>
#include <streams/topology/topology.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

class execution;
class state_disk;
namespace kafka {
class client_supplier;
}

/// What this instance of an application has done so far, and how its tasks stand.
struct application_counts {
    std::uint64_t processed = 0; ///< input records taken, repartition topics included
    std::uint64_t sent = 0;      ///< records handed to the producers, changelogs included
    std::map<drop_reason, std::uint64_t> dropped{};
    /// By sub-topology, as describe() numbers them: the largest less the smallest stream time of its tasks here. What they
    /// write to a repartition topic comes out of order by as much. A task counts from its first record on.
    std::map<std::int32_t, std::chrono::milliseconds> stream_time_spread{};
    /// What this instance has reserved of memory, and may reserve, by what it is for: every role is there.
    std::map<memory_role, memory_use> memory{};
    /// What RocksDB has counted, under its own names (`rocksdb.block.cache.hit`): by store, all its partitions here together.
    /// Of stores for which rocksdb_settings::statistics asks.
    std::map<std::string, std::map<std::string, std::uint64_t>> rocksdb{};
};

/// By store and partition.
using store_partition_lags = std::map<std::string, std::map<std::int32_t, lag_info>>;

/// Runs a topology against a cluster: stream threads, their tasks and stores. All members are thread-safe.
class kafka_streams {
public:
    /// On the cluster of `config.bootstrap_servers`. Throws config_error or topology_error; connects to nothing yet.
    kafka_streams(topology topology, streams_config config);
    /// On the cluster of these clients, an embedded one for example. `time`: what its threads run and wait on; `disk`: what its
    /// stores lie on; null: the machine's; others outlive the application.
    kafka_streams(topology topology, streams_config config, std::shared_ptr<kafka::client_supplier> clients,
                  execution* time = nullptr, state_disk* disk = nullptr);
    /// Closes, without a limit of time. On a thread of the application's own, or in its state listener, it only asks for
    /// the end, which then comes in the background: what processors refer to must live on.
    ~kafka_streams();
    kafka_streams(kafka_streams&&) noexcept;
    kafka_streams& operator=(kafka_streams&&) noexcept;

    /// Before start only; all throw streams_error in a state other than `created`.
    void set_state_listener(state_listener listener);
    void set_restore_listener(restore_listener listener);
    void set_standby_update_listener(standby_update_listener listener);
    /// Without one, or with an empty one, every failure ends this instance (`shutdown_client`).
    void set_uncaught_exception_handler(uncaught_exception_handler handler);

    /// Checks topics, creates internal ones, starts the threads; returns while they come up. Throws topology_error for
    /// missing topics and unequal partition counts, state_error for a state folder that is locked or foreign,
    /// config_error where a client refuses its settings.
    /// A cluster that leaves one of its questions unanswered for 5 s is waited for on the threads, with back-off; what those
    /// checks find then ends the application in `error`.
    void start();
    /// Commits, closes tasks and leaves the group; once it has, all calls return true, several at once too. False: not
    /// done within `timeout`, it goes on in the background. 0 asks for the end and does not wait; a negative one throws
    /// streams_error. A start() under way on another thread is waited for.
    /// A cluster that does not answer is waited for 30 s at most; what is not committed then is done again by the next
    /// start. Called on a thread of the application (a processor, a handler, a restore listener) or in its state
    /// listener, it asks for the end and returns at once, since that cannot come before they return.
    bool close(std::chrono::milliseconds timeout = std::chrono::milliseconds::max());
    /// Adds a stream thread, which joins the group; the threads share the caches anew (KIP-663). Its name; nullopt, and a
    /// line of the log: not in state `running` or `rebalancing`. Throws streams_error where the operating system refuses a
    /// thread, config_error as the constructor. Where another thread closes the application meanwhile, the one that was
    /// added ends with it, and close() waits for that too.
    std::optional<std::string> add_stream_thread();
    /// Has one of the stream threads commit, close its tasks and leave the group, so that others get them at once; a static
    /// member (`group.instance.id`) leaves only when its session ends. Its name; nullopt: there is none, or it is not the
    /// state for it, as above. With none left the application runs on, and does nothing, until one is added.
    /// Throws streams_error where it has not ended within `timeout`: it goes on ending. 0, or called on a thread of the
    /// application: asks for it only, and where there is another than the caller's, asks that.
    std::optional<std::string> remove_stream_thread(
        std::chrono::milliseconds timeout = std::chrono::milliseconds::max());
    /// Stream threads that were not asked to end.
    [[nodiscard]] std::int32_t num_stream_threads() const;

    /// Stops processing, punctuation and restoring, within poll.ms; what was done before is committed. Consumers still poll, so
    /// that the group takes nothing away. Of this instance only, and for as long as it lives; before start too (KIP-834).
    void pause();
    void resume();
    [[nodiscard]] bool is_paused() const;

    /// Removes what this application keeps on this machine's disk (`state.dir`/`application.id`), so that the next start
    /// restores everything from changelogs; stores without one begin empty (Kafka's `cleanUp`). Before start or after the
    /// end only. Throws streams_error while it runs, state_error where another process uses the folder or the disk refuses.
    void clean_up();
    /// start(), then waits for SIGINT, SIGTERM or an error, then close(). 0: clean; 1: an error, which is logged.
    [[nodiscard]] int run_until_signal();

    [[nodiscard]] application_state state() const;
    /// Waits until the application is in `wanted`, or ended; false: not within `timeout`.
    bool wait_for(application_state wanted, std::chrono::milliseconds timeout) const;
    /// Why the application is in `error`; empty otherwise.
    [[nodiscard]] std::string error() const;
    [[nodiscard]] application_counts counts() const;
    /// All that is measured of this instance as it stands now, under Kafka Streams' names: docs/metrics.md lists it. From
    /// `metrics_recording_level` on, each level adds to what is there. In no order.
    [[nodiscard]] std::vector<metric> metrics() const;

    /// A store of the topology to be read by other threads while the application runs (Kafka's `KafkaStreams#store`):
    /// `app.store<queryable_key_value_store<std::string, std::int64_t>>("counts")`. Lives as long as it is wanted:
    /// before start() and after the end its calls throw. Throws unknown_state_store_error, which names the nearest
    /// store, and invalid_state_store_error where the store is of another kind or of other types.
    template <class Store>
    [[nodiscard]] Store store(std::string name, query_options options = {}) const {
        return Store(stores(), std::move(name), std::move(options));
    }
    /// Asks a store, of which each partition answers or says why not (Kafka's `KafkaStreams#query`, KIP-796):
    /// `app.query("counts", key_query<std::string, std::int64_t>{"apples"})`. Throws as `store` does,
    /// streams_not_started_error, streams_stopped_error, streams_rebalancing_error where partitions are on their way from one
    /// thread to another, query_timeout_error, and streams_error on a thread of the application's own.
    template <state_query Query>
    [[nodiscard]] state_query_result<typename Query::result> query(std::string_view store, const Query& query,
                                                                   const query_options& options = {}) const {
        return detail::answered(*stores(), store, query, options);
    }
    /// What each instance of the application has, as the group told this one when it gave it partitions last (Kafka's
    /// `metadataForAllStreamsClients`); empty before. Throws streams_not_started_error and streams_stopped_error, as
    /// the others.
    [[nodiscard]] std::vector<streams_metadata> metadata_for_all_streams_clients() const;
    /// The instances that have partitions of a store, or standbys of them, or all of it where it is global. Throws
    /// unknown_state_store_error.
    [[nodiscard]] std::vector<streams_metadata> streams_metadata_for_store(std::string_view store) const;
    /// The instance that has the row of a key, or would have it, where records are placed by their keys as Java places
    /// them, and those that keep standbys of its partition, if all are configured alike; nullopt: nobody has the partition
    /// yet. Throws unknown_state_store_error.
    template <class Key>
    [[nodiscard]] std::optional<key_query_metadata> query_metadata_for_key(std::string_view store,
                                                                           const Key& key) const {
        bytes encoded;
        const auto& serdes = stores()->spec_of(store).serdes;
        (serdes ? store_serdes::as<Key>(serdes->key) : serde_for<Key>()).serialize(key, encoded);
        return metadata_of_place(store, [&](std::int32_t partitions) { return partition_of(encoded, partitions); });
    }
    /// The same where records are placed by `partitioner(key, partitions)`.
    template <class Key, std::invocable<const Key&, std::int32_t> Partitioner>
    [[nodiscard]] std::optional<key_query_metadata> query_metadata_for_key(std::string_view store, const Key& key,
                                                                           Partitioner partitioner) const {
        return metadata_of_place(store, [&](std::int32_t partitions) { return partitioner(key, partitions); });
    }
    /// How far the stores that this instance has, those of standbys among them, are behind their changelogs, whose ends
    /// the cluster is asked for: those of tasks that run by nothing (Kafka's `allLocalStorePartitionLags`). Stores without
    /// a changelog and global ones are left out. Throws streams_error where the cluster does not say it within `timeout`.
    [[nodiscard]] store_partition_lags all_local_store_partition_lags(
        std::chrono::milliseconds timeout = std::chrono::seconds(30)) const;
    /// The stores in bytes: what typed queries are made of.
    [[nodiscard]] std::shared_ptr<store_reader> stores() const;

private:
    [[nodiscard]] std::optional<key_query_metadata> metadata_of_place(
        std::string_view store, const std::function<std::int32_t(std::int32_t partitions)>& place) const;

    class application;
    struct ending {
        void operator()(application* ended) const noexcept;
    };
    std::unique_ptr<application, ending> application_;
};

} // namespace streams::inline v0
