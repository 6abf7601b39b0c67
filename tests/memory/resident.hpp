#pragma once

#include "src/core/memory_limits.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

namespace streams::testing_support {

/// Of this process, in bytes; `VmRSS` now, `VmHWM` the most so far, `RssAnon` now without mapped files.
inline std::size_t resident(const std::string& line) {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::size_t kilobytes = 0;
    while (status >> word)
        if (word == line + ':') {
            status >> kilobytes;
            return kilobytes * memory::kib;
        }
    return 0;
}

/// What an application may take beside its memory: threads, code, and what the allocator keeps.
constexpr std::size_t beside(std::size_t memory_bytes) { return memory_bytes / 5 + 60 * memory::mib; }

/// Rows whose values look like text: half of them repeats.
inline constexpr std::size_t row_bytes = 4'000;
inline std::string key_of(std::size_t row) { return "key of row " + std::to_string(row); }
inline std::string value_of(std::size_t row) {
    std::string value;
    for (std::uint64_t state = row + 1; value.size() < row_bytes; value += " and so on")
        value += std::to_string(state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U);
    return value;
}

} // namespace streams::testing_support
