#pragma once

#include <cstdint>

namespace streams::inline v0::detail {

/// When a windowed aggregation forwards its results (Kafka's `EmitStrategy`).
struct emission {
    bool on_close = false;         ///< each window once, when it closes; else every update
    std::int64_t idle_timeout = 0; ///< ms of the wall clock without a record after which all windows close; 0: never
    bool by_key = false;           ///< sessions that end together leave by key, not by start and key
};

} // namespace streams::inline v0::detail
