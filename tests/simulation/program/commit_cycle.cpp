#include "simulation/program/commit_cycle.hpp"

#include <streams/core/error.hpp>

#include <array>
#include <filesystem>
#include <map>
#include <span>

namespace streams::simulation {
namespace {

using simulated::fault;
using simulated::fault_kind;
using simulated::fault_point;
using simulated::seam_call;

constexpr std::size_t input_records = 40;
constexpr std::size_t commits_before = 6; ///< all have joined, restored and committed once
constexpr std::size_t commits_within = 3; ///< one of each instance

bool fails(seam_call call) {
    return asks_broker(call) || call == seam_call::deliver || call == seam_call::flush ||
           call == seam_call::disk_open || call == seam_call::disk_write || call == seam_call::disk_ingest ||
           call == seam_call::disk_flush;
}

/// Whether a fault of the kind is another one at this point than elsewhere.
bool applies(fault_kind kind, const fault_point& point) {
    if (kind == fault_kind::lost_answer) return point.after && fails(point.call);
    if (kind == fault_kind::refused) return !point.after && fails(point.call);
    return true;
}

std::int64_t length_of(fault_kind kind, const simulated::fault_times& times) {
    switch (kind) {
    case fault_kind::paused_long:
        return 2 * times.max_poll_ms;
    case fault_kind::clock_stepped:
        return -60'000;
    default:
        return times.session_ms / 2;
    }
}

simulated::run_options small_run(const draw_options& from) {
    auto small = from;
    small.records = input_records;
    auto run = drawn_run(0, small);
    run.faults.clear();
    run.config.commit_interval = std::chrono::milliseconds(50);
    run.config.num_stream_threads = 1;
    run.longest_gap_ms = 30;
    return run;
}

/// The points of the cycle as faults without a kind.
std::vector<fault> places_of(const std::vector<fault_point>& points, seam_call commit) {
    std::vector<fault> places;
    std::map<std::pair<seam_call, bool>, int> reached;
    std::size_t commits = 0;
    for (const fault_point& point : points) {
        const int nth = ++reached[{point.call, point.after}];
        if (commits >= commits_before && commits < commits_before + commits_within)
            places.push_back({.at = point.call, .nth = nth, .after = point.after});
        commits += point.call == commit && point.after;
    }
    return places;
}

} // namespace

cycle_coverage cover_commit_cycle(const draw_options& from, std::size_t pairs) {
    auto run = small_run(from);
    run.keeps_points = true;
    const auto run_with = [&](std::vector<fault> faults) {
        run.faults = std::move(faults);
        auto result = run_simulated(run);
        std::filesystem::remove_all(run.config.state_dir);
        return result;
    };
    const auto plain = run_with({});
    run.keeps_points = false;
    if (!plain.failure.empty()) return {.failures = {"without a fault: " + plain.failure}};

    const auto places = places_of(plain.points, from.exactly_once ? seam_call::commit_transaction : seam_call::commit);
    std::vector<fault> singles;
    for (fault each : places)
        for (const fault_kind kind : drawn_kinds(from.exactly_once)) {
            if (!applies(kind, {each.at, each.after})) continue;
            each.kind = kind;
            each.length_ms = length_of(kind, run.times);
            singles.push_back(each);
        }
    cycle_coverage coverage{.combinations = singles.size() + singles.size() * singles.size(), .points = places.size()};
    const auto cover = [&](std::vector<fault> faults) {
        ++coverage.covered;
        std::string text;
        for (const fault& each : faults) text += concat(text.empty() ? "" : "; ", to_string(each));
        if (const auto failure = run_with(std::move(faults)).failure; !failure.empty())
            coverage.failures.push_back(concat(text, ": ", failure));
    };
    for (const fault& each : singles) cover({each});
    const std::size_t all_pairs = singles.size() * singles.size();
    for (std::size_t at = 0; at < pairs && all_pairs > 0; ++at) {
        const std::size_t which = at * (all_pairs / pairs + 1) % all_pairs;
        fault first = singles[which / singles.size()];
        first.with_next = true;
        cover({first, singles[which % singles.size()]});
    }
    return coverage;
}

} // namespace streams::simulation
