#pragma once

#include <chrono>
#include <cstdint>

namespace streams::inline v0 {

/// In what order an asynchronous operator calls, and passes on what comes back. The records of a task are meant; those of
/// different tasks never wait for each other.
enum class ordering {
    /// One call of a key at a time, in the order of its records; different keys, and records with a null key, at once.
    per_key,
    /// All calls at once, those of one key too; results in the order of the records of each input partition.
    per_partition,
    /// All calls at once; results as they come.
    unordered,
};

/// How often a call that failed is made again.
struct async_retry {
    std::int32_t times = 0;                 ///< after the first call; 0: never
    std::chrono::milliseconds backoff{100}; ///< before the first of them; twice as long each time, to 32 times as long
};

/// How kstream::map_values_async calls.
struct async_options {
    /// Records of one task that are under way at most, those that wait for their turn included: no more are taken from its
    /// inputs until some are done. At least 1.
    std::int32_t max_in_flight = 100;
    streams::ordering ordering = streams::ordering::per_key;
    /// For each call; one that has not answered by then has failed. Above zero. Under exactly_once_v2 all calls for a record
    /// must fit into a transaction (producer.transaction.timeout.ms).
    std::chrono::milliseconds timeout{5'000};
    async_retry retry{};
};

} // namespace streams::inline v0
