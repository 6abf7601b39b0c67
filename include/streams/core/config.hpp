#pragma once

#include <streams/core/handlers.hpp>
#include <streams/core/isolation_level.hpp>
#include <streams/core/oauthbearer_token.hpp>
#include <streams/core/recording_level.hpp>
#include <streams/core/rocksdb_settings.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace streams::inline v0 {

/// Where a group without a committed offset begins (`auto.offset.reset`).
enum class offset_reset { earliest, latest, none };

/// What holds of the results of a record where something fails in the middle (`processing.guarantee`).
enum class processing_guarantee {
    at_least_once,   ///< all of them are written, some perhaps again
    exactly_once_v2, ///< who reads committed records sees them once, and stores hold them once: transactions (KIP-447)
};

/// What the values of a store have in front (`dsl.store.format`, KIP-1285).
enum class store_format {
    standard, ///< a timestamp, where Kafka Streams has always had one (`DEFAULT`)
    headers,  ///< headers too (KIP-1271, `HEADERS`)
};

/// Kafka's timestamp extractors (<streams/topology/timestamp_extractors.hpp> says what each does).
enum class timestamp_extractor {
    fail_on_invalid_timestamp,
    log_and_skip_on_invalid_timestamp,
    use_partition_time_on_invalid_timestamp,
    wallclock_timestamp,
};

/// Settings handed to a Kafka client under Kafka's or librdkafka's dotted names.
using client_settings = std::map<std::string, std::string>;

/// The configuration of an application: an aggregate for designated initialisers. Defaults are Kafka Streams' unless a
/// member says otherwise. The dotted name of each member is in its comment; `from_properties` reads those.
struct streams_config {
    std::string application_id{};    ///< application.id: consumer group and prefix of internal topics; required
    std::string bootstrap_servers{}; ///< bootstrap.servers: HOST:PORT[,HOST:PORT...]; required for a real cluster
    std::filesystem::path state_dir = std::filesystem::temp_directory_path() / "kafka-streams"; ///< state.dir

    std::int32_t num_stream_threads = 1;                                  ///< num.stream.threads
    std::int32_t num_standby_replicas = 0;                                ///< num.standby.replicas
    processing_guarantee guarantee = processing_guarantee::at_least_once; ///< processing.guarantee
    /// commit.interval.ms; nullopt: 30 s, under exactly_once_v2 100 ms. See commits_every().
    std::optional<std::chrono::milliseconds> commit_interval{};
    /// state.memory.bytes: what the application may reserve of memory, for stores, queues and clients together; nullopt:
    /// 256 MB, or a quarter of the container's limit if that is less. No setting of Kafka Streams.
    std::optional<std::int64_t> state_memory_bytes{};
    std::int64_t statestore_cache_max_bytes = 10 * 1024 * 1024; ///< statestore.cache.max.bytes, all threads together
    /// statestore.uncommitted.max.bytes: updates of stores that bring a commit forward, all threads together; -1: only those
    /// that state_memory_bytes has no room for
    std::int64_t statestore_uncommitted_max_bytes = 64 * 1024 * 1024;
    std::chrono::milliseconds max_task_idle{0};                   ///< max.task.idle.ms; negative: never wait
    std::size_t buffered_records_per_partition = 1'000;           ///< buffered.records.per.partition
    std::chrono::milliseconds poll{100};                          ///< poll.ms
    std::chrono::milliseconds max_poll_interval{300'000};         ///< max.poll.interval.ms
    std::chrono::milliseconds task_timeout{300'000};              ///< task.timeout.ms
    std::chrono::milliseconds repartition_purge_interval{30'000}; ///< repartition.purge.interval.ms
    /// state.cleanup.delay.ms: how long a running instance keeps the state of a task that it does not have any more
    std::chrono::milliseconds state_cleanup_delay{600'000};
    /// windowstore.changelog.additional.retention.ms
    std::chrono::milliseconds windowstore_changelog_additional_retention{86'400'000};
    std::int32_t replication_factor = -1;       ///< replication.factor of internal topics; -1: the broker's default
    rocksdb_config_setter rocksdb_config{};     ///< rocksdb.config.setter; empty: RocksDB as the library sets it up
    std::string topology_optimization = "none"; ///< topology.optimization: none, all, or a comma-separated list
    store_format dsl_store_format = store_format::standard;  ///< dsl.store.format: of operators' stores on disk
    offset_reset auto_offset_reset = offset_reset::earliest; ///< auto.offset.reset; Kafka Streams' default is earliest
    std::string client_id{};                                 ///< client.id; empty: derived from application_id
    /// application.server: HOST:PORT where this instance answers the queries of others; empty: nowhere. The library
    /// only tells the other instances of it.
    std::string application_server{};
    /// default.interactive.query.isolation.level: what queries see that do not say it
    isolation_level default_interactive_query_isolation_level = isolation_level::read_committed;
    std::string
        group_instance_id{}; ///< group.instance.id: prefix of static members' ids, one a thread, whose places a close keeps; empty: by state folder
    /// ensure.explicit.internal.resource.naming: no generated names of stores and internal topics (KIP-1111)
    bool ensure_explicit_internal_resource_naming = false;

    /// __emit.interval.ms.kstreams.outer.join.spurious.results.fix__, internal as in Kafka Streams: how long at least, by
    /// the wall clock, between two looks for records of outer joins without a match; nullopt: 1 s, in the test driver 0.
    std::optional<std::chrono::milliseconds> outer_join_emit_interval{};
    /// __emit.interval.ms.kstreams.windowed.aggregation__, internal as in Kafka Streams: how long at least, by the wall
    /// clock, between two looks for closed windows; nullopt: 1 s, in the test driver 0.
    std::optional<std::chrono::milliseconds> window_emit_interval{};

    /// default.timestamp.extractor: of the sources without timestamp_from
    timestamp_extractor default_timestamp_extractor = timestamp_extractor::fail_on_invalid_timestamp;

    /// default: fail (`deserialization.exception.handler`)
    deserialization_handler on_deserialization_error = fail_on_error{};
    /// default: fail (`processing.exception.handler`)
    processing_handler on_processing_error = fail_on_error{};
    /// processing.exception.handler.global.enabled: ask it about nodes of global stores too; false: what they throw ends
    /// the application (KIP-1270)
    bool processing_exception_handler_global_enabled = false;
    /// default: fail, and try again what passes (`production.exception.handler`)
    production_handler on_production_error = fail_on_error{};
    /// errors.dead.letter.queue.topic.name: where fail_on_error, resume_on_error and dead_letters_of write what failed; empty:
    /// nowhere. The topic has to exist. Nodes of global stores write nothing there, as in Kafka Streams (KIP-1034).
    std::string errors_dead_letter_queue_topic_name{};

    /// sasl.login.callback.handler.class: gives the tokens of every client whose sasl.mechanism is OAUTHBEARER; empty:
    /// librdkafka gets them itself (`sasl.oauthbearer.method=oidc`), where it is built for that.
    oauthbearer_token_callback sasl_login_callback{};

    // Java's names and librdkafka's are both understood in these; see consumer_settings().
    client_settings consumer{}; ///< consumer.*: every consumer
    client_settings producer{}; ///< producer.*
    client_settings admin{};    ///< admin.*
    client_settings topic{};    ///< topic.*: configuration of internal topics
    client_settings
        clients{}; ///< names without a prefix that belong to every client: security.protocol, sasl.*, ssl.*, ...
    client_settings main_consumer{};    ///< main.consumer.*: the consumer of input topics; wins over `consumer`
    client_settings restore_consumer{}; ///< restore.consumer.*: the consumer of changelogs; wins over `consumer`

    recording_level metrics_recording_level = recording_level::info; ///< metrics.recording.level
    std::int32_t metrics_num_samples = 2; ///< metrics.num.samples: rates and averages are of so many samples
    std::chrono::milliseconds metrics_sample_window{30'000}; ///< metrics.sample.window.ms: of each of them
    /// metrics.listen: [HOST:]PORT where /metrics answers in Prometheus' text; without a host on 127.0.0.1; empty: nowhere. No
    /// setting of Kafka Streams.
    std::string metrics_listen{};

    /// Reads Kafka's dotted names. Throws config_error for an unknown name or an impossible value, saying which and why;
    /// Java-only TLS and SASL names are translated or refused with the name to use instead.
    [[nodiscard]] static streams_config from_properties(const std::map<std::string, std::string>& properties);

    /// Throws config_error for a missing required value or an impossible one. `needs_brokers`: bootstrap.servers too.
    void validate(bool needs_brokers = true) const;

    [[nodiscard]] bool exactly_once() const noexcept { return guarantee == processing_guarantee::exactly_once_v2; }
    /// The commit interval in force.
    [[nodiscard]] std::chrono::milliseconds commits_every() const noexcept {
        return commit_interval.value_or(std::chrono::milliseconds(exactly_once() ? 100 : 30'000));
    }
    /// How long a transaction may be open until the cluster aborts it (`producer.transaction.timeout.ms`): 10 s where it is
    /// not configured, as in Kafka Streams. Throws config_error for an impossible value.
    [[nodiscard]] std::chrono::milliseconds transaction_timeout() const;

    /// What to configure a client with, under librdkafka's names: settings for every client, overridden by its own.
    /// What exactly_once_v2 decides itself is left out: isolation.level and enable.idempotence.
    /// Throws config_error as from_properties does.
    [[nodiscard]] client_settings consumer_settings(bool restore) const;
    [[nodiscard]] client_settings producer_settings() const;
    [[nodiscard]] client_settings admin_settings() const;
};

} // namespace streams::inline v0
