#pragma once

#include <streams/core/error.hpp>
#include <streams/state/store_spec.hpp>

#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace streams::inline v0::stores {

/// How a processor's store is kept; what Kafka's `StoreBuilder` is told, with its defaults.
struct options {
    bool persistent = true;                                ///< on disk; false: in memory only
    bool timestamped = false;                              ///< values are value_and_timestamp<V>
    bool caching = false;                                  ///< written once a commit instead of once an update
    bool logging = true;                                   ///< changelog topic
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the store's own
    /// Key-value stores with timestamps: how long an entry lives behind the newest timestamp put; then it is not read any
    /// more, and soon deleted, from the changelog too. An extension; 0: for ever.
    std::chrono::milliseconds time_to_live{0};
    /// Values carry headers, which the changelog has as the record's (KIP-1271): those of key-value and window stores are
    /// value_timestamp_headers<V>, with a timestamp too, those of session stores aggregation_with_headers<V>.
    bool headers = false;
};

namespace detail {

[[nodiscard]] inline store_spec spec_of(store_kind kind, std::string name, const options& how) {
    const auto* rows = std::get_if<key_value_kind>(&kind);
    if (how.time_to_live.count() < 0 || (how.time_to_live.count() > 0 && !(rows && rows->timestamped)))
        throw topology_error(
            concat("store ", name, " has a time to live of ", how.time_to_live.count(),
                   " ms; give one above zero, to a key-value store with .timestamped = true, by which it is "
                   "told"));
    return {.name = std::move(name),
            .kind = kind,
            .persistent = how.persistent,
            .caching = how.caching,
            .logging = how.logging,
            .changelog_config = how.changelog_config,
            .told_last = true};
}

inline void check_time_to_live(const std::string& store, const options& how) {
    if (how.headers && how.time_to_live.count() > 0)
        throw topology_error(concat("store ", store,
                                    " has a time to live, and is to keep headers, which such a store does not; leave "
                                    ".time_to_live or .headers out"));
}

inline void check_retention(const std::string& store, std::chrono::milliseconds retention) {
    if (retention.count() < 0)
        throw topology_error(
            concat("store ", store, " has a retention of ", retention.count(), " ms; give it 0 ms or more"));
}

} // namespace detail

/// A key-value store for processors (Kafka's `Stores.persistentKeyValueStore`):
/// `builder.add_state_store(stores::key_value("seen", {.persistent = false}))`.
[[nodiscard]] inline store_spec key_value(std::string name, const options& how = {}) {
    detail::check_time_to_live(name, how);
    return detail::spec_of(key_value_kind{.timestamped = how.timestamped || how.headers,
                                          .time_to_live = how.time_to_live,
                                          .headers = how.headers},
                           std::move(name), how);
}

/// A store of the timers of a processor (an extension): see processor_task::on_timer.
[[nodiscard]] inline store_spec timers(std::string name, const options& how = {}) {
    return detail::spec_of(key_value_kind{.timestamped = false}, std::move(name), how);
}

/// A window store for processors (Kafka's `Stores.persistentWindowStore`), read by typed_window_store. An entry is kept for at
/// least `retention` after the newest start seen. Throws topology_error unless 0 <= window_size <= retention.
[[nodiscard]] inline store_spec window(std::string name, std::chrono::milliseconds retention,
                                       std::chrono::milliseconds window_size, const options& how = {}) {
    if (window_size.count() < 0 || retention < window_size)
        throw topology_error(
            concat("store ", name, " keeps windows of ", window_size.count(), " ms for ", retention.count(),
                   " ms; give it a window size of 0 ms or more, and a retention that ", "is no smaller"));
    return detail::spec_of(window_kind{.timestamped = how.timestamped || how.headers,
                                       .size = window_size,
                                       .retention = retention,
                                       .headers = how.headers},
                           std::move(name), how);
}

/// A session store for processors (Kafka's `Stores.persistentSessionStore`), read by typed_session_store. A session is kept
/// for at least `retention` after the newest end seen. Its time is its end, so `.timestamped` is not for it. Throws
/// topology_error unless retention >= 0.
[[nodiscard]] inline store_spec session(std::string name, std::chrono::milliseconds retention,
                                        const options& how = {}) {
    detail::check_retention(name, retention);
    if (how.timestamped)
        throw topology_error(
            concat("store ", name, " keeps sessions, whose time is their end; leave .timestamped out"));
    return detail::spec_of(session_kind{.retention = retention, .headers = how.headers}, std::move(name), how);
}

/// A store for processors that keeps the history of each key (Kafka's `Stores.persistentVersionedKeyValueStore`, KIP-889),
/// read by typed_versioned_store. A version is kept for at least `history_retention` after it was replaced, and a put may be
/// that late. Not cached, versions have times already and, as in Kafka Streams, no headers: `.caching`, `.timestamped` and
/// `.headers` are not for it. Throws topology_error unless history_retention >= 0.
[[nodiscard]] inline store_spec versioned_key_value(std::string name, std::chrono::milliseconds history_retention,
                                                    const options& how = {}) {
    detail::check_retention(name, history_retention);
    if (how.caching || how.timestamped || how.headers)
        throw topology_error(concat("store ", name,
                                    " keeps versions, which are not cached, have their times and no headers; leave "
                                    ".caching, .timestamped and .headers out"));
    return detail::spec_of(versioned_kind{.retention = history_retention}, std::move(name), how);
}

/// The same store, whose keys and values are converted by these objects in every typed view of it (what Kafka's
/// `StoreBuilder` is given as serdes): `with_serdes(key_value("seen"), serde<std::string>(), avro_payments)`.
template <serde_object KeySerde, serde_object ValueSerde>
[[nodiscard]] store_spec with_serdes(store_spec spec, KeySerde key, ValueSerde value) {
    using key_type = streams::detail::decoded_t<KeySerde>;
    using value_type = streams::detail::decoded_t<ValueSerde>;
    spec.serdes = streams::detail::kept(serde_for<key_type>(std::move(key)).erased(),
                                        serde_for<value_type>(std::move(value)).erased());
    return spec;
}

} // namespace streams::inline v0::stores
