#pragma once

#include "state/store_memory.hpp"

#include <streams/core/config.hpp>

#include <cstddef>

namespace state_test {

/// The memory of stores in a test: as an application has it, or hot tiers and rows that wait for the disk of so many bytes.
struct test_memory {
    explicit test_memory(std::size_t hot_tiers = 0, std::size_t unwritten = 0) : budget(limits(hot_tiers, unwritten)) {}

    streams::memory_budget budget;
    streams::store_memory stores{budget};

private:
    static streams::memory_limits limits(std::size_t hot_tiers, std::size_t unwritten) {
        auto limits = streams::memory_limits_of({});
        if (hot_tiers > 0) limits[streams::memory_role::hot_tier] = {hot_tiers, hot_tiers};
        if (unwritten > 0) limits[streams::memory_role::unwritten] = {unwritten, unwritten};
        return limits;
    }
};

} // namespace state_test
