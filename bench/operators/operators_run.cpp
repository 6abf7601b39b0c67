// Runs one operator on so many records and ends: what instructions are counted of, see operator_instructions.py. With its stores in
// memory, or on disk with so many bytes of a hot tier each.

#include "operators/workload.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

int main(int argc, char** argv) {
    const auto all = operators::workloads();
    if (argc != 3 && argc != 4) {
        std::cerr << "usage: operators_run OPERATOR RECORDS [HOT_BYTES]; operators:";
        for (const auto& each : all) std::cerr << ' ' << each.name;
        std::cerr << '\n';
        return 2;
    }
    for (const auto& each : all) {
        if (each.name != std::string_view(argv[1])) continue;
        operators::load load(each, 20'000);
        const auto hot_bytes =
            argc == 4 ? std::optional<std::size_t>(std::strtoull(argv[3], nullptr, 10)) : std::nullopt;
        operators::running_topology topology(each.topology(), hot_bytes);
        load.run(topology, std::strtoull(argv[2], nullptr, 10));
        return topology.sent() > 0 ? 0 : 1;
    }
    std::cerr << "operators_run: no operator " << argv[1] << '\n';
    return 2;
}
