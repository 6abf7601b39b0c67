#pragma once

#include "simulation/program/workload_part.hpp"
#include "src/testing/simulation/simulated_run.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace streams::simulation {

inline constexpr const char* application_id = "app";
inline constexpr std::int32_t partitions = 4; ///< of every topic
/// The repartition topic, of what is in `in` under its groups.
[[nodiscard]] std::string grouped_topic();

/// An application whose values are lists of the numbers of its input records, so that what is lost, done twice or comes back
/// names itself: two sub-topologies with a repartition topic in between, each with a store, and some parts.
class workload {
public:
    /// One of them, with `records` records.
    workload(std::size_t records, const random_number& random);

    [[nodiscard]] topology make_topology() const;
    [[nodiscard]] std::map<std::string, simulated::topic_plan> topics() const;
    [[nodiscard]] const std::vector<simulated::input_record>& inputs() const noexcept { return inputs_; }
    void configure(streams_config& config) const;
    /// What is wrong with the topics at the end; empty: nothing.
    [[nodiscard]] std::string unexplained(const simulated::topic_history& history, promise kept) const;

private:
    void draw_inputs(std::size_t count, const random_number& random);

    bool caching_;
    std::vector<workload_part> parts_;
    std::vector<simulated::input_record> inputs_;
};

} // namespace streams::simulation
