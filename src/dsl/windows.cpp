#include <streams/core/error.hpp>
#include <streams/dsl/detail/store_specs.hpp>
#include <streams/dsl/windows.hpp>

namespace streams::inline v0::detail {

time_windows checked_windows(std::string_view kind, std::chrono::milliseconds size, std::chrono::milliseconds advance,
                             std::chrono::milliseconds grace) {
    if (size.count() <= 0)
        throw topology_error(concat(kind, " windows of ", size.count(), " ms hold nothing; give a size above zero"));
    if (advance.count() <= 0 || advance > size)
        throw topology_error(
            concat(kind, " windows of ", size.count(), " ms cannot advance by ", advance.count(),
                   " ms, which would leave gaps or stand still; give an advance above zero, at most the "
                   "size"));
    if (grace.count() < 0)
        throw topology_error(concat(kind, " windows have a grace of ", grace.count(),
                                    " ms and would close before they end; give zero or more"));
    return {size.count(), advance.count(), grace.count()};
}

time_windows checked(const tumbling& windows) {
    return checked_windows("tumbling", windows.size, windows.size, windows.grace);
}

time_windows checked(const hopping& windows) {
    return checked_windows("hopping", windows.size, windows.advance, windows.grace);
}

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
    return spec;
}

store_spec window_spec(std::string name, const materialized& options, const time_windows& windows) {
    const std::chrono::milliseconds needed(windows.size + windows.grace);
    materialized without_retention = options;
    without_retention.retention.reset();
    store_spec spec = key_value_spec(std::move(name), without_retention);
    spec.kind = store_kind::window;
    spec.window_size = std::chrono::milliseconds(windows.size);
    spec.retention = options.retention.value_or(needed);
    if (spec.retention < needed)
        throw topology_error(concat("store ", spec.name, " keeps its windows for ", spec.retention.count(),
                                    " ms, but they stay open for size and grace, ", needed.count(),
                                    " ms; raise materialized::retention to that, or leave it out"));
    return spec;
}

} // namespace streams::inline v0::detail
