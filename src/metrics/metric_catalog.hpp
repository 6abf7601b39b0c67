#pragma once

#include <streams/metrics/metric.hpp>

#include <cstdint>
#include <span>
#include <string_view>

namespace streams::inline v0 {

/// Every metric that there is, by group; see its definition.
enum class metric_id : std::uint8_t {
    client_version,
    client_application_id,
    client_state_text,
    client_state,
    client_recording_level,
    client_alive_threads,
    client_failed_threads,
    client_memory_reserved,
    client_memory_limit,

    thread_commit_latency_avg,
    thread_commit_latency_max,
    thread_commit_rate,
    thread_commit_total,
    thread_commit_ratio,
    thread_poll_latency_avg,
    thread_poll_latency_max,
    thread_poll_rate,
    thread_poll_total,
    thread_poll_ratio,
    thread_poll_records_avg,
    thread_poll_records_max,
    thread_process_latency_avg,
    thread_process_latency_max,
    thread_process_rate,
    thread_process_total,
    thread_process_ratio,
    thread_process_records_avg,
    thread_process_records_max,
    thread_punctuate_latency_avg,
    thread_punctuate_latency_max,
    thread_punctuate_rate,
    thread_punctuate_total,
    thread_punctuate_ratio,
    thread_task_created_rate,
    thread_task_created_total,
    thread_task_closed_rate,
    thread_task_closed_total,
    thread_unwritten_total,
    thread_start_time,
    thread_state_text,
    thread_state_number,

    updater_restoring_tasks,
    updater_standby_tasks,

    task_dropped_rate,
    task_dropped_total,
    task_restore_remaining,
    task_restore_rate,
    task_restore_total,
    task_update_rate,
    task_update_total,
    task_process_latency_avg,
    task_process_latency_max,
    task_process_rate,
    task_process_total,
    task_punctuate_rate,
    task_punctuate_total,
    task_record_lateness_avg,
    task_record_lateness_max,
    task_active_buffer_count,

    node_e2e_latency_avg,
    node_e2e_latency_min,
    node_e2e_latency_max,
    node_process_rate,
    node_process_total,

    topic_records_consumed,

    store_rocksdb_bytes_written,
    store_rocksdb_bytes_read,
    store_rocksdb_memtable_bytes_flushed,
    store_rocksdb_memtable_hit_ratio,
    store_rocksdb_block_cache_data_hit_ratio,
    store_rocksdb_block_cache_index_hit_ratio,
    store_rocksdb_block_cache_filter_hit_ratio,
    store_rocksdb_write_stall_duration,
    store_rocksdb_file_errors,

    consumer_records_lag,
};

/// What is said of a metric once, wherever it is read.
struct metric_definition {
    metric_id id;
    std::string_view name;
    std::string_view group;
    std::string_view labels; ///< their names, as `thread-id, task-id`
    recording_level level;
    metric_kind kind;
    std::string_view description;
};

/// All of them, each at the place that its id names.
[[nodiscard]] std::span<const metric_definition> metric_catalog() noexcept;
[[nodiscard]] const metric_definition& definition_of(metric_id id) noexcept;

} // namespace streams::inline v0
