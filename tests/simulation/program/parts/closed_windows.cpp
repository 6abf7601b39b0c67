#include "simulation/program/read_inputs.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/core/error.hpp>
#include <streams/dsl/suppressed.hpp>
#include <streams/dsl/windows.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>
#include <utility>

namespace streams::simulation {
namespace {

using simulated::topic_history;
using std::chrono::milliseconds;

constexpr std::int64_t grace_ms = 300;

/// Windows of which a record was surely read, and that have closed.
std::set<std::string> surely_closed(const topic_history& history) {
    std::set<std::string> closed;
    for (const auto& partition : history.partitions("in")) {
        std::int64_t newest = std::numeric_limits<std::int64_t>::min();
        for (const auto& entry : history.of(partition))
            if (!entry.unread) newest = std::max(newest, entry.timestamp);
        for (const auto& entry : history.of(partition))
            if (!entry.unread && entry.timestamp / window_ms * window_ms + window_ms + grace_ms <= newest)
                closed.insert(key_of(entry, true));
    }
    return closed;
}

std::string unexplained_windows(const topic_history& history, promise kept) {
    const auto inputs = inputs_of(history, "in", true);
    const auto told = lists_of(history, "closed");
    for (const auto& [key, lists] : told) {
        const std::string where = concat("closed, window ", key, ": ");
        if (!inputs.contains(key)) return where + "nothing was read in it";
        if (kept.once && lists.size() > 1) return concat(where, "it is told ", lists.size(), " times");
        for (const std::string& list : lists)
            if (auto wrong = wrong_list(inputs.at(key), list, kept.once); kept.once && !wrong.empty())
                return where + wrong;
        if (auto wrong = wrong_list(inputs.at(key), lists.back(), kept.once); !wrong.empty()) return where + wrong;
    }
    if (kept.whole)
        for (const std::string& key : surely_closed(history))
            if (!told.contains(key)) return concat("closed, window ", key, ": it has closed, and is not told");
    return {};
}

std::pair<std::string, std::string> named_by_start(const windowed<std::string>& key, const std::string& ids) {
    return {key.key + '@' + std::to_string(key.window.start), ids};
}

} // namespace

workload_part closed_windows(const random_number& random) {
    workload_part made;
    made.topics = {{"closed", {partitions}}};
    made.declare = [held_back = random(2) == 0, caching = random(2) == 0](streams_builder&,
                                                                          const kstream<std::string, std::string>& in) {
        const auto windows =
            in.group_by_key().windowed_by(tumbling{.size = milliseconds(window_ms), .grace = milliseconds(grace_ms)});
        const auto collected = [&](const auto& of) {
            return of.aggregate(
                [] { return std::string(); },
                [](const std::string& value, std::string ids) {
                    append_id(ids, marked_id::parse(value).id);
                    return ids;
                },
                materialized{.name = "closing", .caching = caching, .retention = std::chrono::hours(1)});
        };
        if (held_back)
            collected(windows)
                .suppress(until_window_closes{}, named{"held-back"})
                .to_stream()
                .map(named_by_start)
                .to("closed");
        else
            collected(windows.emit_on_close()).to_stream().map(named_by_start).to("closed");
    };
    made.configure = [](streams_config& config) { config.window_emit_interval = milliseconds(0); };
    made.unexplained = unexplained_windows;
    return made;
}

} // namespace streams::simulation
