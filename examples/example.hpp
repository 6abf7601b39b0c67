#pragma once

#include <streams/core/config.hpp>
#include <streams/runtime/kafka_streams.hpp>
#include <streams/topology/topology.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What the command line of an example says.
struct example_options {
    streams::streams_config config;
    bool describe = false; ///< print the topology, run nothing
    bool demo = false;     ///< run on the example's own sample, on a cluster inside the process

    /// Only where the example can run on an embedded cluster.
    std::optional<std::filesystem::path> embedded{}; ///< the folder of the cluster and the stores
    std::uint64_t generate = 0;                      ///< records to make up
    bool fresh = false;                              ///< forget what the folder holds
};

/// A record that the example can read, as text.
struct sample_record {
    std::string topic;
    std::optional<std::string> key; ///< nullopt: null
    std::string value;
    std::int64_t timestamp = 0; ///< ms since the epoch
};

/// How the values of an output topic are shown.
enum class shown_as {
    text,
    number, ///< 8 bytes, big-endian
};

/// A topic that the example writes.
struct output_topic_name {
    std::string topic;
    shown_as values = shown_as::text;
};

/// One of the examples: a topology, and what shows it at work.
struct example {
    std::string name;    ///< of the program, and the default application id
    std::string summary; ///< what it does, one sentence
    std::function<streams::topology()> topology;
    /// What --demo writes, in this order; --help shows the first record of each topic.
    std::vector<sample_record> sample;
    std::vector<output_topic_name> outputs;
    /// What it answers, while it runs, to a line of standard input; in --demo to the key of each record. Empty: it is not asked.
    std::function<std::string(const streams::kafka_streams& app, const std::string& question)> answer{};
    /// Runs on a cluster kept in options.embedded; empty: the example has no --embedded.
    std::function<int(const example_options&)> run_embedded{};
};
