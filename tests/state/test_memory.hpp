#pragma once

#include "state/store_memory.hpp"

#include <streams/core/config.hpp>

#include <cstddef>

namespace state_test {

/// The memory of stores in a test: as an application has it, or hot tiers of so many bytes.
struct test_memory {
    explicit test_memory(std::size_t hot_tiers = 0) : budget(limits(hot_tiers)) {}

    streams::memory_budget budget;
    streams::store_memory stores{budget};

private:
    static streams::memory_limits limits(std::size_t hot_tiers) {
        auto limits = streams::memory_limits_of({});
        if (hot_tiers > 0) limits[streams::memory_role::hot_tier] = {hot_tiers, hot_tiers};
        return limits;
    }
};

} // namespace state_test
