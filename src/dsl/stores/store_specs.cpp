#include <streams/dsl/detail/stores/store_specs.hpp>

#include <streams/core/error.hpp>

#include <chrono>
#include <utility>

namespace streams::inline v0::detail {

namespace {

/// Of a store of that kind, which may keep headers.
void choose_format(store_spec& spec, const materialized& options) {
    spec.follows_dsl_format = !options.format && spec.persistent;
    spec.keep_headers(options.format == store_format::headers);
}

} // namespace

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
    if (!options.history_retention) {
        choose_format(spec, options);
        return spec;
    }
    if (options.history_retention->count() < 0)
        throw topology_error(concat("store ", spec.name, " keeps its versions for ", options.history_retention->count(),
                                    " ms; give materialized::history_retention zero or more, or leave it out"));
    if (options.format == store_format::headers)
        throw topology_error(concat("store ", spec.name,
                                    " keeps versions, which have no headers; leave materialized::format or "
                                    "materialized::history_retention out"));
    spec.kind = versioned_kind{*options.history_retention};
    spec.caching = false;
    return spec;
}

namespace {

/// But for its kind.
store_spec windowed_spec(std::string name, const materialized& options) {
    if (options.history_retention)
        throw topology_error(concat(
            "store ", name, " keeps windows, which have no versions; leave materialized::history_retention out"));
    materialized without_retention = options;
    without_retention.retention.reset();
    return key_value_spec(std::move(name), without_retention);
}

std::chrono::milliseconds retention_of(const std::string& store, const materialized& options, std::int64_t needed) {
    const std::chrono::milliseconds least(needed);
    const auto retention = options.retention.value_or(least);
    if (retention < least)
        throw topology_error(concat("store ", store, " keeps its windows for ", retention.count(),
                                    " ms, but they stay open for size and grace, ", needed,
                                    " ms; raise materialized::retention to that, or leave it out"));
    return retention;
}

} // namespace

store_spec window_spec(std::string name, const materialized& options, std::int64_t window_size,
                       std::int64_t needed_retention, const emission& strategy) {
    store_spec spec = windowed_spec(std::move(name), options);
    spec.kind = window_kind{.size = std::chrono::milliseconds(window_size),
                            .retention = retention_of(spec.name, options, needed_retention),
                            .time_ordered = strategy.on_close,
                            .reads_expired = strategy.on_close && spec.persistent};
    choose_format(spec, options);
    return spec;
}

store_spec session_spec(std::string name, const materialized& options, std::int64_t needed_retention,
                        const emission& strategy) {
    store_spec spec = windowed_spec(std::move(name), options);
    spec.kind = session_kind{.retention = retention_of(spec.name, options, needed_retention),
                             .time_ordered = strategy.on_close,
                             .reads_expired = strategy.on_close && spec.persistent};
    choose_format(spec, options);
    return spec;
}

} // namespace streams::inline v0::detail
