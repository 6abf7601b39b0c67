#pragma once

#include "simulation/program/drawn_run.hpp"

#include <cstddef>
#include <vector>

namespace streams::simulation {

/// Each kind of fault at each point between two commits of an application, one a run: what chance may miss.
struct cycle_coverage {
    std::size_t combinations = 0; ///< that there are
    std::size_t covered = 0;      ///< that were run
    std::size_t points = 0;
    std::vector<std::string> failures{};
};

/// `pairs`: of pairs of faults, so many are run too, spread over all.
[[nodiscard]] cycle_coverage cover_commit_cycle(const draw_options& from, std::size_t pairs);

} // namespace streams::simulation
