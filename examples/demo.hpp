#pragma once

#include "example.hpp"

/// Writes the example's sample, record by record, to a cluster in memory that the topology runs on, and prints each
/// record and below it what it led to, and what the example answers of its key. Returns 0; throws streams_error where the application fails. Of `config` all but
/// the folder of the stores, which is gone afterwards, and the commit interval holds.
[[nodiscard]] int run_demo(const example& of, streams::streams_config config);
