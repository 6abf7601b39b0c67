#pragma once

#include "src/testing/simulation/simulated_run.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace streams::simulation {

struct draw_options {
    bool exactly_once = false;
    std::size_t records = 500;
    std::size_t least_faults = 5;
    std::filesystem::path folder{}; ///< for locks
};

/// The kinds of faults that a run may have: those that the guarantee covers, and those for which the outcome is another one.
[[nodiscard]] std::vector<simulated::fault_kind> drawn_kinds(bool exactly_once);

/// The run of a seed: workload, configuration and faults are drawn from it.
[[nodiscard]] simulated::run_options drawn_run(std::uint64_t seed, const draw_options& from);

} // namespace streams::simulation
