#pragma once

#include <streams/core/error.hpp>

namespace streams::inline v0 {

/// A store cannot be queried: not now, not here, or not in this way (Kafka's `InvalidStateStoreException`).
class invalid_state_store_error : public streams_error {
public:
    using streams_error::streams_error;
};

/// The topology has no store of that name (Kafka's `UnknownStateStoreException`).
class unknown_state_store_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// The application has not been started (Kafka's `StreamsNotStartedException`).
class streams_not_started_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// The application ends, or has ended (Kafka's `StreamsStoppedException`).
class streams_stopped_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// Partitions are being handed out, or their stores restored: the same query succeeds later (Kafka's
/// `StreamsRebalancingException`).
class streams_rebalancing_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// The partition is not here, perhaps not any more (Kafka's `StateStoreMigratedException`).
class state_store_migrated_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// The store has no such partition anywhere (Kafka's `InvalidStateStorePartitionException`).
class invalid_state_store_partition_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// There is no room for what the query would copy (memory_role::query_copies): it succeeds when it asks for less, or later.
class query_memory_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

/// The store was not read within the time that the query had.
class query_timeout_error : public invalid_state_store_error {
public:
    using invalid_state_store_error::invalid_state_store_error;
};

} // namespace streams::inline v0
