#pragma once

#include "state/disk/rocksdb_backing.hpp"

#include <benchmark/benchmark.h>

#include <string>

/// Which RocksDB a program runs on: Debian's, with its assertions on, is up to four times slower.
inline std::string rocksdb_it_runs_on() {
    const auto build = streams::linked_rocksdb();
    return build.version + (build.assertions ? ", assertions on" : ", release build");
}

/// Has every report of this program say so.
[[maybe_unused]] inline const bool rocksdb_is_reported = [] {
    benchmark::AddCustomContext("rocksdb", rocksdb_it_runs_on());
    return true;
}();
