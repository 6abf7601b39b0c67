#include <streams/core/error.hpp>
#include <streams/dsl/detail/store_specs.hpp>
#include <streams/dsl/windows.hpp>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace streams::inline v0::detail {

namespace {

void require_not_negative(std::string_view kind, std::string_view what, std::chrono::milliseconds given,
                          std::string_view why) {
    if (given.count() < 0)
        throw topology_error(concat(kind, " windows have a ", what, " of ", given.count(), " ms and ", why,
                                    "; give zero or more"));
}

/// `parts`: what windows are kept for together. As Kafka Streams, whose sum overflows, refuses a negative retention.
void require_time(std::string_view kind, std::string_view parts, std::initializer_list<std::int64_t> spans) {
    std::int64_t sum = 0;
    for (const std::int64_t span : spans) {
        if (exceeds_largest(sum, span))
            throw topology_error(concat(kind, " windows are kept for longer than time lasts: their ", parts,
                                        " are together past the largest number of ms; give less"));
        sum += span;
    }
}

/// One window from a start on.
class unlimited_rule final : public window_rule {
public:
    explicit unlimited_rule(std::int64_t start) : start_(start) {}
    void windows_for(std::int64_t timestamp, std::vector<window>& found) const override {
        if (timestamp >= start_) found.push_back({start_, time_windows::without_end});
    }
    [[nodiscard]] std::optional<std::int64_t> end_of(std::int64_t) const override { return time_windows::without_end; }

private:
    std::int64_t start_;
};

time_windows aligned(std::string_view kind, std::chrono::milliseconds size, std::chrono::milliseconds advance,
                     std::chrono::milliseconds grace) {
    if (size.count() <= 0)
        throw topology_error(concat(kind, " windows of ", size.count(), " ms hold nothing; give a size above zero"));
    if (advance.count() <= 0 || advance > size)
        throw topology_error(
            concat(kind, " windows of ", size.count(), " ms cannot advance by ", advance.count(),
                   " ms, which would leave gaps or stand still; give an advance above zero, at most the "
                   "size"));
    // Kafka Streams would run out of memory over a record, we out of time.
    constexpr std::int64_t most_windows_of_a_record = 10'000'000;
    if (size / advance > most_windows_of_a_record)
        throw topology_error(concat(kind, " windows of ", size.count(), " ms that advance by ", advance.count(), " ms put each "
                                    "record into ", size / advance, " of them; give a longer advance, or a shorter size"));
    require_not_negative(kind, "grace", grace, "would close before they end");
    require_time(kind, "size and grace", {size.count(), grace.count()});
    return {size.count(), advance.count(), grace.count()};
}

} // namespace

void throw_past_time(std::int64_t time, std::int64_t span) {
    throw streams_error(concat("no window reaches ", span, " ms past ", time,
                               " ms since the epoch, since the largest time is ", unknown_window_end,
                               "; the record's time is hardly one in ms: choose another with timestamp_from, where a "
                               "negative one drops the record"));
}

time_windows checked(const tumbling& windows) { return aligned("tumbling", windows.size, windows.size, windows.grace); }

time_windows checked(const hopping& windows) {
    return aligned("hopping", windows.size, windows.advance, windows.grace);
}

sliding_windows checked(const sliding& windows) {
    require_not_negative("sliding", "difference", windows.difference, "would hold nothing");
    require_not_negative("sliding", "grace", windows.grace, "would close before they end");
    require_time("sliding", "difference, twice, and grace",
                 {windows.difference.count(), windows.difference.count(), windows.grace.count()});
    return {windows.difference.count(), windows.grace.count()};
}

session_windows checked(const session& windows) {
    require_not_negative("session", "gap", windows.gap, "would hold nothing");
    require_not_negative("session", "grace", windows.grace, "would close before they end");
    require_time("session", "gap and grace", {windows.gap.count(), windows.grace.count()});
    return {windows.gap.count(), windows.grace.count()};
}

time_windows checked(const unlimited& windows) {
    require_not_negative("unlimited", "start", windows.start, "would begin before all timestamps");
    return {time_windows::without_end, time_windows::without_end, 0, std::make_shared<unlimited_rule>(windows.start.count())};
}

time_windows checked_custom(std::chrono::milliseconds size, std::chrono::milliseconds grace,
                            std::shared_ptr<const window_rule> rule) {
    if (size.count() <= 0)
        throw topology_error(concat("custom windows of ", size.count(), " ms at most hold nothing; give a size above zero"));
    require_not_negative("custom", "grace", grace, "would close before they end");
    require_time("custom", "size and grace", {size.count(), grace.count()});
    return {size.count(), size.count(), grace.count(), std::move(rule)};
}

void require_laid_out(const std::vector<window>& found, std::int64_t timestamp, std::int64_t size) {
    const auto refuse = [&](const window& each) {
        throw streams_error(concat("the window [", each.start, ", ", each.end, ") cannot be one for the time ", timestamp,
                                   " ms: windows_for must return windows that begin at 0 or later, each at another time, hold "
                                   "the time, and are at most as long as their size says, ", size, " ms"));
    };
    for (const window& each : found) {
        const bool holds = each.start <= timestamp && (each.end > timestamp || each.end == time_windows::without_end);
        if (each.start < 0 || !holds || each.end - each.start > size) refuse(each);
    }
    const auto no_later = [](const window& a, const window& b) { return b.start <= a.start; };
    if (std::ranges::adjacent_find(found, no_later) == found.end()) return;
    std::vector<window> by_start = found;
    std::ranges::sort(by_start, {}, &window::start);
    const auto twice = std::ranges::adjacent_find(by_start, {}, &window::start);
    if (twice != by_start.end()) refuse(*twice);
}

std::int64_t checked(const close_when_idle& idle) {
    if (idle.after.count() <= 0)
        throw topology_error(concat("windows that close when idle for ", idle.after.count(),
                                    " ms would close before any record; give a time above zero"));
    return idle.after.count();
}

std::int64_t checked(const count_window& windows) {
    if (windows.size <= 0)
        throw topology_error(
            concat("count windows of ", windows.size, " records are never complete; give a size above zero"));
    return windows.size;
}

void require_end(const time_windows& windows) {
    if (windows.size == time_windows::without_end)
        throw topology_error("windows without end never close, so nothing would leave with emit_on_close; leave it out, or "
                             "use tumbling windows");
}

join_span span_of(const join_windows& windows) {
    const std::int64_t before = windows.before.value_or(windows.difference).count();
    const std::int64_t after = windows.after.value_or(windows.difference).count();
    if (add_sat(before, after) < 0)
        throw topology_error(concat("join windows from ", before, " ms before to ", after,
                                    " ms after end before they begin; give before and after a sum of zero or more"));
    require_not_negative("join", "grace", windows.grace, "would close before they end");
    require_time("join", "before, after and grace", {before, after, windows.grace.count()});
    return {before, after, windows.grace.count()};
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

} // namespace streams::inline v0::detail
