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
    bool persistent = true;   ///< on disk; false: in memory only
    bool timestamped = false; ///< values are value_and_timestamp<V>
    bool caching = false;     ///< written once a commit instead of once an update
    bool logging = true;      ///< changelog topic
    std::map<std::string, std::string> changelog_config{}; ///< topic configuration on top of the store's own
    /// Key-value stores with timestamps: how long an entry lives behind the newest timestamp put; then it is not read any
    /// more, and soon deleted, from the changelog too. An extension; 0: for ever.
    std::chrono::milliseconds time_to_live{0};
};

namespace detail {

[[nodiscard]] inline store_spec spec_of(store_kind kind, std::string name, const options& how) {
    return {.name = std::move(name),
            .kind = kind,
            .persistent = how.persistent,
            .timestamped = how.timestamped,
            .caching = how.caching,
            .logging = how.logging,
            .changelog_config = how.changelog_config};
}

} // namespace detail

/// A key-value store for processors (Kafka's `Stores.persistentKeyValueStore`):
/// `builder.add_state_store(stores::key_value("seen", {.persistent = false}))`.
[[nodiscard]] inline store_spec key_value(std::string name, const options& how = {}) {
    store_spec spec = detail::spec_of(store_kind::key_value, std::move(name), how);
    if (how.time_to_live.count() < 0 || (how.time_to_live.count() > 0 && !how.timestamped))
        throw topology_error(concat("store ", spec.name, " has a time to live of ", how.time_to_live.count(),
                                    " ms; give it one above zero, and .timestamped = true, by which it is told"));
    spec.time_to_live = how.time_to_live;
    return spec;
}

/// A store of the timers of a processor (an extension): see processor_task::on_timer.
[[nodiscard]] inline store_spec timers(std::string name, options how = {}) {
    how.timestamped = false;
    return detail::spec_of(store_kind::key_value, std::move(name), how);
}

/// A window store for processors (Kafka's `Stores.persistentWindowStore`). An entry is kept for at least `retention` after
/// the newest start seen.
[[nodiscard]] inline store_spec window(std::string name, std::chrono::milliseconds retention,
                                       std::chrono::milliseconds window_size, const options& how = {}) {
    store_spec spec = detail::spec_of(store_kind::window, std::move(name), how);
    spec.retention = retention;
    spec.window_size = window_size;
    return spec;
}

} // namespace streams::inline v0::stores
