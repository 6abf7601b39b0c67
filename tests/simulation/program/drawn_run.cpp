#include "simulation/program/drawn_run.hpp"

#include "simulation/held_locks.hpp"
#include "simulation/program/workload.hpp"

#include <array>
#include <random>
#include <span>

namespace streams::simulation {
namespace {

using simulated::fault_kind;
using std::chrono::milliseconds;

streams_config config_of(bool exactly_once) {
    auto config =
        streams_config::from_properties({{"application.id", application_id},
                                         {"bootstrap.servers", "none:1"},
                                         {"processing.guarantee", exactly_once ? "exactly_once_v2" : "at_least_once"}});
    config.task_timeout = milliseconds(60'000);
    config.topic = {{"segment.bytes", "262144"}};
    return config;
}

/// One run in so many ends the application with its last fault.
constexpr std::uint64_t runs_to_an_end = 25;

} // namespace

std::vector<fault_kind> drawn_kinds(bool exactly_once) {
    auto kinds = simulated::covered_kinds(exactly_once);
    kinds.insert(kinds.end(), {fault_kind::input_deleted, fault_kind::topic_removed, fault_kind::topic_widened});
    return kinds;
}

simulated::run_options drawn_run(std::uint64_t seed, const draw_options& from) {
    std::mt19937_64 generator(seed);
    const std::function<std::uint64_t(std::uint64_t)> random = [&](std::uint64_t limit) { return generator() % limit; };
    const auto one_of = [&](auto... values) {
        const std::array all{values...};
        return all[random(all.size())];
    };
    auto work = draw_workload(from.records, from.exactly_once, random);
    simulated::run_options run{.seed = generator(),
                               .make_topology = [make = std::move(work.make_topology)](execution&) { return make(); },
                               .config = config_of(from.exactly_once),
                               .topics = std::move(work.topics),
                               .inputs = std::move(work.inputs),
                               .times = simulated::covered_times(from.exactly_once),
                               .lock_count = held_locks,
                               .check = std::move(work.check),
                               .check_cut_short = std::move(work.check_cut_short)};
    run.config.state_dir = from.folder;
    run.config.commit_interval = milliseconds(one_of(10, 50, 100, 300));
    run.config.poll = milliseconds(one_of(20, 50, 100));
    run.config.repartition_purge_interval = milliseconds(one_of(50, 500, 30'000));
    run.config.statestore_cache_max_bytes = one_of(0, 1 << 20);
    run.config.num_stream_threads = one_of(1, 1, 2);
    run.config.num_standby_replicas = one_of(0, 1);
    run.config.buffered_records_per_partition = static_cast<std::size_t>(one_of(3, 1000));
    run.most_polled = static_cast<std::size_t>(one_of(1, 10, 1000));
    run.stay_percent = static_cast<unsigned>(one_of(50, 80, 95));
    run.longest_gap_ms = one_of(5, 15, 30);
    const auto draw = [&](std::size_t count, std::vector<fault_kind> kinds) {
        return simulated::draw_faults(count, kinds, from.exactly_once, run.times, random);
    };
    auto kinds = simulated::covered_kinds(from.exactly_once);
    kinds.push_back(fault_kind::input_deleted);
    run.faults = draw(from.least_faults + random(6), std::move(kinds));
    if (random(runs_to_an_end) == 0)
        run.faults.push_back(draw(1, {one_of(fault_kind::topic_removed, fault_kind::topic_widened)}).front());
    return run;
}

} // namespace streams::simulation
