#include <streams/dsl/detail/stores/store_specs.hpp>

#include <streams/core/error.hpp>

#include <utility>

namespace streams::inline v0::detail {

store_spec key_value_spec(std::string name, const materialized& options) {
    if (options.retention)
        throw topology_error(concat("store ", name,
                                    " has a retention, but keeps its rows for ever: only windowed "
                                    "aggregations forget; leave materialized::retention out"));
    store_spec spec{.name = std::move(name)};
    spec.persistent = !options.in_memory;
    spec.caching = options.caching;
    spec.logging = options.logging;
    spec.changelog_config = options.changelog_config;
    if (!options.history_retention) return spec;
    if (options.history_retention->count() < 0)
        throw topology_error(concat("store ", spec.name, " keeps its versions for ", options.history_retention->count(),
                                    " ms; give materialized::history_retention zero or more, or leave it out"));
    spec.kind = store_kind::versioned;
    spec.timestamped = false;
    spec.caching = false;
    spec.retention = *options.history_retention;
    return spec;
}

store_spec windowed_spec(std::string name, const materialized& options, store_kind kind, std::int64_t window_size,
                         std::int64_t needed_retention) {
    const std::chrono::milliseconds needed(needed_retention);
    if (options.history_retention)
        throw topology_error(concat("store ", name,
                                    " keeps windows, which have no versions; leave materialized::history_retention out"));
    materialized without_retention = options;
    without_retention.retention.reset();
    store_spec spec = key_value_spec(std::move(name), without_retention);
    spec.kind = kind;
    spec.timestamped = kind != store_kind::session;
    spec.window_size = std::chrono::milliseconds(window_size);
    spec.retention = options.retention.value_or(needed);
    if (spec.retention < needed)
        throw topology_error(concat("store ", spec.name, " keeps its windows for ", spec.retention.count(),
                                    " ms, but they stay open for size and grace, ", needed.count(),
                                    " ms; raise materialized::retention to that, or leave it out"));
    return spec;
}

store_spec emitting_spec(store_spec windows, const emission& how) {
    windows.time_ordered = how.on_close;
    windows.reads_expired = how.on_close && windows.persistent;
    return windows;
}

} // namespace streams::inline v0::detail
