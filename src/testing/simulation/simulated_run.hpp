#pragma once

#include "src/testing/simulation/fault.hpp"
#include "src/testing/simulation/onlooker.hpp"
#include "src/testing/simulation/simulated_disk.hpp"
#include "src/testing/simulation/topic_history.hpp"

#include <streams/core/config.hpp>
#include <streams/core/execution.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace streams::inline v0::simulated {

/// A record that the run puts into a topic, when it is its turn.
struct input_record {
    std::string topic;
    std::optional<std::string> key{};
    std::optional<std::string> value{};
    std::int64_t timestamp = 0; ///< ms since the epoch
};

/// A topic that is there before the application starts.
struct topic_plan {
    std::int32_t partitions = 1;
    std::map<std::string, std::string> settings{}; ///< Kafka's, of a topic
};

/// What a run is made of. The same gives the same run.
struct run_options {
    std::uint64_t seed = 1; ///< of the order in which threads go on
    std::function<topology(execution&)> make_topology{};
    streams_config config{}; ///< state.dir: a folder of the machine's, for locks; the stores are not on it
    int instances = 3;
    std::map<std::string, topic_plan> topics{};
    std::vector<input_record> inputs{};
    std::int64_t longest_gap_ms = 30; ///< between two of them
    std::vector<fault> faults{};
    fault_times times{};
    std::size_t most_polled = 1000;             ///< records that a poll brings at most
    std::size_t least_ingest = ingests_nothing; ///< of the disks, as of backing
    unsigned stay_percent = 0;                  ///< as of seeded_scheduler::options, like the next two
    bool trace = false;
    int (*lock_count)() noexcept = nullptr;
    bool keeps_points = false; ///< at which something can go wrong
    /// Makes what asks the applications meanwhile, `between_looks_ms` after its last question; null: nobody does.
    std::function<std::unique_ptr<onlooker>()> make_onlooker{};
    std::int64_t between_looks_ms = 100;
    /// Says what is wrong with what the topics have at the end; empty: nothing.
    std::function<std::string(const topic_history&)> check{};
    /// The same where the application had to end: what is there is right, however much is missing. Null: not looked at.
    std::function<std::string(const topic_history&)> check_cut_short{};
};

struct run_result {
    std::string failure{}; ///< empty: none
    std::map<fault_kind, int> happened{};
    simulated_disk::use disks{};       ///< all of them
    std::vector<fault_point> points{}; ///< in the order in which they were reached
    std::vector<std::string> trace{};
    std::uint64_t hash = 0;
    std::uint64_t steps = 0;
    std::int64_t virtual_ms = 0;
};

/// Runs instances of an application on a cluster while faults happen, and then without any until all has been processed and
/// all are closed. It fails where an application ends by itself, something does not finish, a store is not what its changelog
/// says, or the check says so. Where a fault asks for the application's end, it fails where an instance does not end, or does
/// not say why.
[[nodiscard]] run_result run_simulated(const run_options& options);

} // namespace streams::inline v0::simulated
