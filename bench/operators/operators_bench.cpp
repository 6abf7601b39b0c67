// Records a second through a whole operator, from bytes to bytes, all in memory on one core.

#include "operators/workload.hpp"

#include <benchmark/benchmark.h>

namespace {

constexpr std::size_t warm_up = 300'000;
constexpr std::size_t records = 200'000;

void run(benchmark::State& state, const operators::workload& of) {
    operators::load load(of);
    operators::running_topology topology(of.topology());
    load.run(topology, warm_up);
    const std::uint64_t before = topology.sent();
    for (auto _ : state) load.run(topology, records);
    const auto processed = state.iterations() * static_cast<std::int64_t>(records);
    state.SetItemsProcessed(processed);
    state.counters["out_per_in"] = static_cast<double>(topology.sent() - before) / static_cast<double>(processed);
}

} // namespace

int main(int argc, char** argv) {
    const auto all = operators::workloads();
    for (const auto& each : all)
        benchmark::RegisterBenchmark(each.name.c_str(), [&each](benchmark::State& state) {
            run(state, each);
        })->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
