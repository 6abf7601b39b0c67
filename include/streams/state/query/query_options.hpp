#pragma once

#include <streams/core/isolation_level.hpp>
#include <streams/state/query/query_position.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace streams::inline v0 {

/// How stores are queried (Kafka's `StoreQueryParameters` and `StateQueryRequest`).
struct query_options {
    std::vector<std::int32_t> partitions{}; ///< of the store; empty: all that this instance has
    /// Whether stores answer too that are not up to date, since they are being restored, their tasks are suspended, or they
    /// are standbys (Kafka's `enableStaleStores`, KIP-535).
    bool stale = false;
    position_bound bound{};                     ///< how far a store has to be to answer
    std::optional<isolation_level> isolation{}; ///< nullopt: `default.interactive.query.isolation.level`
    std::chrono::milliseconds timeout{30'000};  ///< how long an answer is waited for; not negative
};

} // namespace streams::inline v0
