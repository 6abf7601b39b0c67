#include "src/dsl/graph/graph_walk.hpp"

#include <streams/dsl/detail/tables/suppressed_table.hpp>

#include <streams/core/error.hpp>

namespace streams::inline v0::detail {
namespace {

constexpr auto unbounded = std::numeric_limits<std::size_t>::max();

/// How long past its end a window above `from` is open; the longest where there are several above.
std::int64_t grace_above(const graph_node& from, const std::string& name) {
    std::int64_t grace = 0;
    walk(from, &graph_node::parents, [&](const graph_node& at) {
        if (at.grace) {
            grace = std::max(grace, at.grace->count());
            return false;
        }
        if (at.parents.empty())
            throw topology_error(
                concat("ktable::suppress cannot hold the updates of table ", name,
                       " back until its windows close, because no windowed aggregation is above it; group "
                       "by windows first, or suppress until_time_limit"));
        return true;
    });
    return grace;
}

} // namespace

store_spec change_buffer_spec(std::string name, bool logging,
                              const std::map<std::string, std::string>& changelog_config) {
    return {.name = std::move(name),
            .kind = change_buffer_kind{},
            .persistent = false,
            .caching = false,
            .logging = logging,
            .changelog_config = changelog_config,
            .told_last = true,
            .follows_dsl_format = true};
}

suppress_plan plan_of(const until_time_limit& options) {
    if (options.limit.count() < 0)
        throw topology_error(concat("ktable::suppress cannot hold updates back for ", options.limit.count(),
                                    " ms; give until_time_limit a limit of 0 ms or more"));
    return {.wait = options.limit.count(),
            .max_records = options.max_records.value_or(unbounded),
            .max_bytes = options.max_bytes.value_or(unbounded),
            .full = options.full};
}

suppress_plan plan_of(const until_window_closes& options, const graph_node& below) {
    return {.wait = grace_above(below, below.name),
            .max_records = options.max_records.value_or(unbounded),
            .max_bytes = options.max_bytes.value_or(unbounded),
            .full = when_full::shut_down,
            .final_results = true};
}

void throw_full_buffer(const suppress_plan& plan, const held_changes& buffer) {
    throw streams_error(concat(
        "suppress buffer ", plan.store, " is full: it holds ", buffer.entries(), " records of ", buffer.entry_bytes(),
        " bytes, and may hold ", plan.max_records == unbounded ? std::string("any number") : concat(plan.max_records),
        " of ", plan.max_bytes == unbounded ? std::string("any number of") : concat(plan.max_bytes),
        " bytes; allow it more, or let it emit early"));
}

} // namespace streams::inline v0::detail
