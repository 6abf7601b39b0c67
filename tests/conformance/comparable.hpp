#pragma once

#include "operations.hpp"

#include <set>
#include <string>

namespace conformance {

/// What may be said of the results of a specification however many partitions its topics have.
struct promise {
    std::string nothing;                    ///< why its results depend on the number; empty: they do not
    bool timed = false;                     ///< its results depend on the order of input by time
    std::set<std::string> last_values_only; ///< output topics of which only the last value of each key is promised
};

/// `of`: the topology that the specification makes.
[[nodiscard]] promise promise_of(const json& spec, const streams::topology& of);

} // namespace conformance
