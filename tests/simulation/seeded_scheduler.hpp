#pragma once

#include "simulation/held_locks.hpp"
#include "src/testing/simulation/seeded_scheduler.hpp"

namespace streams::simulation {

using simulated::deadlock_error;

/// The scheduler, in builds that count locks.
class seeded_scheduler final : public simulated::seeded_scheduler {
public:
    explicit seeded_scheduler(std::uint64_t seed) : simulated::seeded_scheduler(seed, {.lock_count = held_locks}) {}
};

} // namespace streams::simulation
