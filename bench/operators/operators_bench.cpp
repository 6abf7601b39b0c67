// Records a second through a whole operator, from bytes to bytes, on one core: with stores in memory and, for the windowed
// count, on disk, with all of the state in memory as well, or a quarter of it.

#include "bench/rocksdb_context.hpp"
#include "operators/workload.hpp"
#include "state/state_thread.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace {

constexpr std::size_t warm_up = 300'000;
constexpr std::size_t records = 200'000;

constexpr std::size_t enough = 64'000'000;
constexpr std::size_t a_quarter = 2'500'000; // of what the windowed count holds, see the counter `MB`

void run(benchmark::State& state, const operators::workload& of, std::optional<std::size_t> hot_bytes) {
    streams::prepare_state_thread();
    operators::load load(of);
    operators::running_topology topology(of.topology(), hot_bytes);
    load.run(topology, warm_up);
    const std::uint64_t before = topology.sent();
    for (auto _ : state) load.run(topology, records);
    const auto processed = state.iterations() * static_cast<std::int64_t>(records);
    state.SetItemsProcessed(processed);
    state.counters["out_per_in"] = static_cast<double>(topology.sent() - before) / static_cast<double>(processed);
    state.counters["MB"] = static_cast<double>(topology.store_bytes()) / 1e6;
}

} // namespace

int main(int argc, char** argv) {
    const auto all = operators::workloads();
    const auto add = [](const operators::workload& of, const std::string& name, std::optional<std::size_t> hot_bytes) {
        benchmark::RegisterBenchmark(name.c_str(), [&of, hot_bytes](benchmark::State& state) {
            run(state, of, hot_bytes);
        })->Unit(benchmark::kMillisecond);
    };
    for (const auto& each : all) {
        add(each, each.name, std::nullopt);
        if (each.name != "tumbling_count") continue;
        add(each, each.name + "/on_disk", enough);
        add(each, each.name + "/on_disk_a_quarter_in_memory", a_quarter);
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
