#include "simulation/program/drawn_run.hpp"

#include "simulation/held_locks.hpp"
#include "simulation/program/committed_reads.hpp"
#include "simulation/program/workload.hpp"
#include "src/core/memory_limits.hpp"

#include <array>
#include <memory>
#include <optional>
#include <random>

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

/// Of a machine that has plenty, or so little that all of it goes to clients and what is read is evicted at once, or somewhat
/// more.
std::optional<std::int64_t> draw_memory(std::int32_t threads, const random_number& random) {
    constexpr std::uint64_t somewhat = 256 * memory::kib;
    const auto drawn = random(4);
    if (drawn < 2) return std::nullopt;
    return static_cast<std::int64_t>(least_memory(threads) + (drawn == 2 ? 0 : random(somewhat)));
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
    const random_number random = [&](std::uint64_t limit) { return generator() % limit; };
    const auto one_of = [&](auto... values) {
        const std::array all{values...};
        return all[random(all.size())];
    };
    const auto work = std::make_shared<const workload>(from.records, random);
    const auto unexplained = [work, once = from.exactly_once](bool whole) {
        return [=](const simulated::topic_history& history) {
            return work->unexplained(history, {.once = once, .whole = whole});
        };
    };
    simulated::run_options run{.seed = generator(),
                               .make_topology = [work](execution&) { return work->make_topology(); },
                               .config = config_of(from.exactly_once),
                               .topics = work->topics(),
                               .inputs = work->inputs(),
                               .times = simulated::covered_times(from.exactly_once),
                               .lock_count = held_locks,
                               .check = unexplained(true),
                               .check_cut_short = unexplained(false)};
    work->configure(run.config);
    run.config.state_dir = from.folder;
    run.config.commit_interval = milliseconds(one_of(10, 50, 100, 300));
    run.config.poll = milliseconds(one_of(20, 50, 100));
    run.config.repartition_purge_interval = milliseconds(one_of(50, 500, 30'000));
    run.config.statestore_cache_max_bytes = one_of(0, 1 << 20);
    run.config.num_stream_threads = one_of(1, 1, 2);
    run.config.state_memory_bytes = draw_memory(run.config.num_stream_threads, random);
    run.config.statestore_uncommitted_max_bytes = one_of(64 << 20, 64 << 20, 2000);
    run.config.num_standby_replicas = one_of(0, 1);
    run.config.buffered_records_per_partition = static_cast<std::size_t>(one_of(3, 1000));
    run.least_ingest = one_of(simulated::ingests_nothing, 2 * memory::kib, std::size_t{0});
    run.most_polled = static_cast<std::size_t>(one_of(1, 10, 1000));
    run.stay_percent = static_cast<unsigned>(one_of(50, 80, 95));
    run.longest_gap_ms = one_of(5, 15, 30);
    if (random(2) == 0) {
        run.make_onlooker = [] { return std::make_unique<committed_reads>(); };
        run.between_looks_ms = one_of(30, 100, 300);
    }
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
