#pragma once

#include "src/testing/simulation/simulated_run.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace streams::simulation {

/// An application whose values are lists of the numbers of its input records, so that what is lost, done twice or comes back
/// names itself: two sub-topologies with a repartition topic in between, each with stores.
struct workload {
    std::function<topology()> make_topology;
    std::map<std::string, std::int32_t> topics;
    std::vector<simulated::input_record> inputs;
    /// What is wrong with the topics at the end; empty: nothing.
    std::function<std::string(const simulated::topic_history&)> check;
    /// The same where the application was ended before it was done.
    std::function<std::string(const simulated::topic_history&)> check_cut_short;
};

inline constexpr const char* application_id = "app";

/// One of the workloads, with `records` records. `random(n)` is below n.
[[nodiscard]] workload draw_workload(std::size_t records, bool exactly_once,
                                     const std::function<std::uint64_t(std::uint64_t)>& random);

} // namespace streams::simulation
