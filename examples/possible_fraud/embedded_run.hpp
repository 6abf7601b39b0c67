#pragma once

#include "example.hpp"
#include "possible_fraud/possible_fraud.hpp"

/// Prints an alert as one line that begins with `card`. Thread-safe.
void print_alert(const fraud_alert& alert);

/// Runs the topology on a cluster inside this process: makes up options.generate payments more than the cluster holds,
/// and ends when they are read, or on SIGINT and SIGTERM. Cluster and stores are kept in the folder *options.embedded, so
/// that the next run goes on from there, however this one ended. Prints alerts, progress and a summary. Returns the exit
/// code; throws streams_error.
[[nodiscard]] int run_embedded(const example_options& options);
