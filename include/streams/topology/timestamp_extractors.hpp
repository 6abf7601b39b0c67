#pragma once

#include <streams/core/config.hpp>
#include <streams/core/error.hpp>
#include <streams/core/record.hpp>
#include <streams/topology/task_context.hpp>

#include <cstdint>

namespace streams::inline v0 {

/// Timestamp extractors by Kafka Streams' names. Each takes a record and the largest timestamp already taken from its
/// partition (-1 before the first), and returns the event time in ms since the epoch; negative: the record is dropped.

/// The record's own timestamp; an invalid one throws streams_error, which stops the application. The default.
struct fail_on_invalid_timestamp {
    std::int64_t operator()(const record_view& raw, std::int64_t /*partition_time*/) const {
        if (raw.timestamp < 0)
            throw streams_error(concat("the record has the invalid timestamp ", raw.timestamp,
                                       "; produce records with a time, or choose another extractor, as in "
                                       "default.timestamp.extractor=LogAndSkipOnInvalidTimestamp or "
                                       "timestamp_from(log_and_skip_on_invalid_timestamp{})"));
        return raw.timestamp;
    }
};

/// The record's own timestamp; a record with an invalid one is dropped, and counted as drop_reason::invalid_timestamp.
struct log_and_skip_on_invalid_timestamp {
    std::int64_t operator()(const record_view& raw, std::int64_t /*partition_time*/) const noexcept {
        return raw.timestamp;
    }
};

/// The record's own timestamp, or the partition's time where that is invalid. Throws streams_error where neither is there.
struct use_partition_time_on_invalid_timestamp {
    std::int64_t operator()(const record_view& raw, std::int64_t partition_time) const {
        if (raw.timestamp >= 0) return raw.timestamp;
        if (partition_time < 0)
            throw streams_error(concat("the record has the invalid timestamp ", raw.timestamp,
                                       ", and none before it in its partition was processed; produce records with a "
                                       "time, or choose another timestamp extractor"));
        return partition_time;
    }
};

/// The wall clock at the moment the record's turn is decided.
struct wallclock_timestamp {
    std::int64_t operator()(const record_view& /*raw*/, std::int64_t /*partition_time*/,
                            const task_context& task) const {
        return task.wall_time();
    }
};

/// The one that `streams_config::default_timestamp_extractor` names: of sources without timestamp_from.
struct default_timestamp {
    std::int64_t operator()(const record_view& raw, std::int64_t partition_time, const task_context& task) const {
        switch (task.config().default_timestamp_extractor) {
        case timestamp_extractor::log_and_skip_on_invalid_timestamp:
            return log_and_skip_on_invalid_timestamp{}(raw, partition_time);
        case timestamp_extractor::use_partition_time_on_invalid_timestamp:
            return use_partition_time_on_invalid_timestamp{}(raw, partition_time);
        case timestamp_extractor::wallclock_timestamp:
            return wallclock_timestamp{}(raw, partition_time, task);
        case timestamp_extractor::fail_on_invalid_timestamp:
            break;
        }
        return fail_on_invalid_timestamp{}(raw, partition_time);
    }
};

} // namespace streams::inline v0
