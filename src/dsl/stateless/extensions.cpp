#include <streams/core/saturation.hpp>
#include <streams/dsl/kstream_extensions.hpp>

#include <algorithm>

namespace streams::inline v0::detail {

pace checked(const rate& limit) {
    if (!(limit.records > 0) || limit.per.count() <= 0)
        throw topology_error(concat("a rate of ", limit.records, " records in ", limit.per.count(),
                                    " ms lets nothing through; give both numbers above zero"));
    // Pacing by single milliseconds would cost more than it gives.
    constexpr double most_ahead = 100;
    const double cost = static_cast<double>(limit.per.count()) / limit.records;
    return {cost, std::max(0.0, most_ahead - cost)};
}

store_spec deduplication_spec(std::string name, std::chrono::milliseconds within, const materialized& options) {
    if (within.count() <= 0)
        throw topology_error(
            concat("deduplicate within ", within.count(), " ms finds no duplicates; give a time above zero"));
    if (options.format)
        throw topology_error(
            concat("store ", name, " of ids keeps no headers; leave materialized::format out of deduplicate"));
    // So that a record up to `within` behind the newest one still meets all that is within its reach.
    const std::chrono::milliseconds twice(add_sat(within.count(), within.count()));
    const auto retention = options.retention.value_or(twice);
    if (retention < within)
        throw topology_error(concat("store ", name, " is to keep ids for ", retention.count(),
                                    " ms, which is less than the ", within.count(),
                                    " ms within which duplicates are to be found; keep them at least as long"));
    return {.name = std::move(name),
            .kind = window_kind{.timestamped = false, .size = within, .retention = retention},
            .persistent = !options.in_memory,
            .caching = false,
            .logging = options.logging,
            .changelog_config = options.changelog_config,
            .told_last = true};
}

} // namespace streams::inline v0::detail
