#include "src/metrics/metric_catalog.hpp"

#include <algorithm>
#include <cstddef>

namespace streams::inline v0 {
namespace {

using enum metric_id;
using enum metric_kind;
using enum recording_level;

constexpr std::string_view client_group = "stream-metrics";
constexpr std::string_view thread_group = "stream-thread-metrics";
constexpr std::string_view updater_group = "stream-state-updater-metrics";
constexpr std::string_view task_group = "stream-task-metrics";
constexpr std::string_view node_group = "stream-processor-node-metrics";
constexpr std::string_view topic_group = "stream-topic-metrics";
constexpr std::string_view store_group = "stream-state-metrics";
constexpr std::string_view consumer_group = "consumer-fetch-manager-metrics";

constexpr std::string_view of_client = "client-id";
constexpr std::string_view of_memory = "client-id, memory-role";
constexpr std::string_view of_thread = "thread-id";
constexpr std::string_view of_task = "thread-id, task-id";
constexpr std::string_view of_drops = "thread-id, task-id, reason";
constexpr std::string_view of_restored_task = "client-id, task-id";
constexpr std::string_view of_node = "thread-id, task-id, processor-node-id";
constexpr std::string_view of_topic = "thread-id, task-id, processor-node-id, topic";
constexpr std::string_view of_rocksdb = "client-id, rocksdb-state-id";
constexpr std::string_view of_partition = "client-id, topic, partition";

constexpr metric_definition catalog[] = {
    {client_version, "version", client_group, of_client, info, gauge, "The version of the library"},
    {client_application_id, "application-id", client_group, of_client, info, gauge, "The application id"},
    {client_state_text, "state", client_group, of_client, info, gauge, "The state of the application"},
    {client_state, "client-state", client_group, of_client, info, gauge,
     "The state of the application as a number: 0 CREATED, 1 REBALANCING, 2 RUNNING, 3 PENDING_SHUTDOWN, 4 "
     "NOT_RUNNING, 5 PENDING_ERROR, 6 ERROR"},
    {client_recording_level, "recording-level", client_group, of_client, info, gauge,
     "How much is measured: 0 INFO, 1 DEBUG, 2 TRACE"},
    {client_alive_threads, "alive-stream-threads", client_group, of_client, info, gauge,
     "Stream threads that were not asked to end"},
    {client_failed_threads, "failed-stream-threads", client_group, of_client, info, counter,
     "Failures of stream threads since the application was made"},
    {client_memory_reserved, "memory-reserved-bytes", client_group, of_memory, info, gauge,
     "Bytes of memory that are reserved for a role"},
    {client_memory_limit, "memory-limit-bytes", client_group, of_memory, info, gauge,
     "Bytes of memory that a role may have at present"},

    {thread_commit_latency_avg, "commit-latency-avg", thread_group, of_thread, info, gauge,
     "The average time of a commit, from its begin until the cluster has it, ms"},
    {thread_commit_latency_max, "commit-latency-max", thread_group, of_thread, info, gauge,
     "The longest time of a commit, from its begin until the cluster has it, ms"},
    {thread_commit_rate, "commit-rate", thread_group, of_thread, info, gauge, "Commits, per second"},
    {thread_commit_total, "commit-total", thread_group, of_thread, info, counter, "Commits"},
    {thread_commit_ratio, "commit-ratio", thread_group, of_thread, info, gauge,
     "The fraction of the time of late that the thread spent committing"},
    {thread_poll_latency_avg, "poll-latency-avg", thread_group, of_thread, info, gauge,
     "The average time of a poll of the consumer, ms"},
    {thread_poll_latency_max, "poll-latency-max", thread_group, of_thread, info, gauge,
     "The longest time of a poll of the consumer, ms"},
    {thread_poll_rate, "poll-rate", thread_group, of_thread, info, gauge, "Polls, per second"},
    {thread_poll_total, "poll-total", thread_group, of_thread, info, counter, "Polls"},
    {thread_poll_ratio, "poll-ratio", thread_group, of_thread, info, gauge,
     "The fraction of the time of late that the thread spent polling"},
    {thread_poll_records_avg, "poll-records-avg", thread_group, of_thread, info, gauge,
     "Records that a poll brought, on average"},
    {thread_poll_records_max, "poll-records-max", thread_group, of_thread, info, gauge,
     "The most records that a poll brought"},
    {thread_process_latency_avg, "process-latency-avg", thread_group, of_thread, info, gauge,
     "The average time of processing a record, ms"},
    {thread_process_latency_max, "process-latency-max", thread_group, of_thread, info, gauge,
     "The longest time of processing a record, on average of a round, ms"},
    {thread_process_rate, "process-rate", thread_group, of_thread, info, gauge, "Records processed, per second"},
    {thread_process_total, "process-total", thread_group, of_thread, info, counter, "Records processed"},
    {thread_process_ratio, "process-ratio", thread_group, of_thread, info, gauge,
     "The fraction of the time of late that the thread spent processing"},
    {thread_process_records_avg, "process-records-avg", thread_group, of_thread, info, gauge,
     "Records processed between two looks at the clock, on average"},
    {thread_process_records_max, "process-records-max", thread_group, of_thread, info, gauge,
     "The most records processed between two looks at the clock"},
    {thread_punctuate_latency_avg, "punctuate-latency-avg", thread_group, of_thread, info, gauge,
     "The average time of a punctuation, ms"},
    {thread_punctuate_latency_max, "punctuate-latency-max", thread_group, of_thread, info, gauge,
     "The longest time of a punctuation, ms"},
    {thread_punctuate_rate, "punctuate-rate", thread_group, of_thread, info, gauge, "Punctuations, per second"},
    {thread_punctuate_total, "punctuate-total", thread_group, of_thread, info, counter, "Punctuations"},
    {thread_punctuate_ratio, "punctuate-ratio", thread_group, of_thread, info, gauge,
     "The fraction of the time of late that the thread spent punctuating"},
    {thread_task_created_rate, "task-created-rate", thread_group, of_thread, info, gauge, "Tasks made, per second"},
    {thread_task_created_total, "task-created-total", thread_group, of_thread, info, counter, "Tasks made"},
    {thread_task_closed_rate, "task-closed-rate", thread_group, of_thread, info, gauge, "Tasks closed, per second"},
    {thread_task_closed_total, "task-closed-total", thread_group, of_thread, info, counter, "Tasks closed"},
    {thread_unwritten_total, "unwritten-records-total", thread_group, of_thread, info, counter,
     "Records that the cluster has refused, dropped as the production exception handler said"},
    {thread_start_time, "thread-start-time", thread_group, of_thread, info, gauge,
     "When the thread was made, ms since the epoch"},
    {thread_state_text, "state", thread_group, of_thread, info, gauge, "The state of the thread"},
    {thread_state_number, "thread-state", thread_group, of_thread, info, gauge,
     "The state of the thread as a number: 1 STARTING, 2 PARTITIONS_REVOKED, 3 PARTITIONS_ASSIGNED, 4 RUNNING"},

    {updater_restoring_tasks, "active-restoring-tasks", updater_group, of_client, info, gauge,
     "Tasks of which stores are being restored"},
    {updater_standby_tasks, "standby-updating-tasks", updater_group, of_client, info, gauge,
     "Standbys that follow their changelogs"},

    {task_dropped_rate, "dropped-records-rate", task_group, of_task, info, gauge, "Records dropped, per second"},
    {task_dropped_total, "dropped-records-total", task_group, of_drops, info, counter, "Records dropped, by reason"},
    {task_restore_remaining, "restore-remaining-records-total", task_group, of_restored_task, info, gauge,
     "Records of changelogs that are left to restore"},
    {task_restore_rate, "restore-rate", task_group, of_restored_task, debug, gauge, "Records restored, per second"},
    {task_restore_total, "restore-total", task_group, of_restored_task, debug, counter, "Records restored"},
    {task_update_rate, "update-rate", task_group, of_restored_task, debug, gauge,
     "Records that a standby has taken over, per second"},
    {task_update_total, "update-total", task_group, of_restored_task, debug, counter,
     "Records that a standby has taken over"},
    {task_process_latency_avg, "process-latency-avg", task_group, of_task, debug, gauge,
     "The average time of processing a record, ms"},
    {task_process_latency_max, "process-latency-max", task_group, of_task, debug, gauge,
     "The longest time of processing a record, on average of a round, ms"},
    {task_process_rate, "process-rate", task_group, of_task, debug, gauge, "Records processed, per second"},
    {task_process_total, "process-total", task_group, of_task, debug, counter, "Records processed"},
    {task_punctuate_rate, "punctuate-rate", task_group, of_task, debug, gauge, "Punctuations, per second"},
    {task_punctuate_total, "punctuate-total", task_group, of_task, debug, counter, "Punctuations"},
    {task_record_lateness_avg, "record-lateness-avg", task_group, of_task, debug, gauge,
     "How far records are behind the stream time of their task, on average, ms"},
    {task_record_lateness_max, "record-lateness-max", task_group, of_task, debug, gauge,
     "How far a record was behind the stream time of its task at most, ms"},
    {task_active_buffer_count, "active-buffer-count", task_group, of_task, debug, gauge,
     "Records that were polled and not processed yet"},

    {node_e2e_latency_avg, "record-e2e-latency-avg", node_group, of_node, info, gauge,
     "How long after their timestamps records reach a source, on average, ms"},
    {node_e2e_latency_min, "record-e2e-latency-min", node_group, of_node, info, gauge,
     "How long after its timestamp a record reached a source at least, ms"},
    {node_e2e_latency_max, "record-e2e-latency-max", node_group, of_node, info, gauge,
     "How long after its timestamp a record reached a source at most, ms"},
    {node_process_rate, "process-rate", node_group, of_node, debug, gauge, "Records that a source took, per second"},
    {node_process_total, "process-total", node_group, of_node, debug, counter, "Records that a source took"},

    {topic_records_consumed, "records-consumed-total", topic_group, of_topic, info, counter,
     "Records of a topic that a source took"},

    {store_rocksdb_bytes_written, "bytes-written-total", store_group, of_rocksdb, debug, counter,
     "Bytes written to RocksDB"},
    {store_rocksdb_bytes_read, "bytes-read-total", store_group, of_rocksdb, debug, counter, "Bytes read from RocksDB"},
    {store_rocksdb_memtable_bytes_flushed, "memtable-bytes-flushed-total", store_group, of_rocksdb, debug, counter,
     "Bytes that RocksDB has flushed from its memtables"},
    {store_rocksdb_memtable_hit_ratio, "memtable-hit-ratio", store_group, of_rocksdb, debug, gauge,
     "Of all look-ups in memtables those that found something"},
    {store_rocksdb_block_cache_data_hit_ratio, "block-cache-data-hit-ratio", store_group, of_rocksdb, debug, gauge,
     "Of all look-ups for data in the block cache those that found it"},
    {store_rocksdb_block_cache_index_hit_ratio, "block-cache-index-hit-ratio", store_group, of_rocksdb, debug, gauge,
     "Of all look-ups for an index in the block cache those that found it"},
    {store_rocksdb_block_cache_filter_hit_ratio, "block-cache-filter-hit-ratio", store_group, of_rocksdb, debug, gauge,
     "Of all look-ups for a filter in the block cache those that found it"},
    {store_rocksdb_write_stall_duration, "write-stall-duration-total", store_group, of_rocksdb, debug, counter,
     "How long RocksDB has held writes up, ms"},
    {store_rocksdb_file_errors, "number-file-errors-total", store_group, of_rocksdb, debug, counter,
     "Errors of files that RocksDB has met"},

    {consumer_records_lag, "records-lag", consumer_group, of_partition, info, gauge,
     "Records of a partition that the consumer has not read yet; of a changelog: that its store does not have yet"},
};

static_assert(std::ranges::all_of(catalog, [](const metric_definition& each) {
    return &each - catalog == static_cast<std::ptrdiff_t>(each.id);
}));

} // namespace

std::span<const metric_definition> metric_catalog() noexcept { return catalog; }

const metric_definition& definition_of(metric_id id) noexcept { return catalog[static_cast<std::size_t>(id)]; }

} // namespace streams::inline v0
