#pragma once

#include <streams/core/config.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

/// What the command line of an example says.
struct example_options {
    streams::streams_config config;
    bool describe = false; ///< print the topology, run nothing

    /// Only where the example can run on an embedded cluster.
    std::optional<std::filesystem::path> embedded{}; ///< the folder of the cluster and the stores
    std::uint64_t generate = 0;                      ///< records to make up
    bool fresh = false;                              ///< forget what the folder holds
};

/// An example's options, or the exit code to end with: help was printed, or the command line is wrong.
struct parsed_options {
    example_options options;
    std::optional<int> exit_code{};
};

/// Reads the options that every example takes; `defaults` holds for what neither the command line nor the file given
/// with --config says. `can_be_embedded`: --embedded, --generate and --fresh too.
[[nodiscard]] parsed_options parse_options(int argc, char** argv, const std::string& name,
                                           streams::streams_config defaults, bool can_be_embedded = false);

/// Runs a topology on the cluster of the configuration until SIGTERM or SIGINT. The exit code: 0 after a clean close.
[[nodiscard]] int run_on_cluster(streams::topology topology, const streams::streams_config& config);

/// The whole of an example's main: its name is the default application id; commits every 200 ms by default.
[[nodiscard]] int run_example(int argc, char** argv, const std::string& name,
                              const std::function<streams::topology()>& topology);
