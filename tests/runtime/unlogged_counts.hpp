#pragma once

#include "runtime/topologies.hpp"

#include <streams/serde/standard.hpp>
#include <streams/topology/topology.hpp>

#include <memory>
#include <string>
#include <utility>

namespace streams::testing_support {

/// in -> counts by key -> out, in a store without a changelog, with a function of the test between.
inline topology unlogged_counts(bool persistent, tapping::function tap = {}) {
    topology t;
    t.add_source<std::string, std::string>("source", "in");
    t.add_processor("tap", [tap = std::move(tap)] { return std::make_unique<tapping>(tap); }, {"source"});
    t.add_processor("count", [] { return std::make_unique<counting>(); }, {"tap"});
    t.add_store({.name = "counts",
                 .kind = key_value_kind{.timestamped = false},
                 .persistent = persistent,
                 .caching = false,
                 .logging = false},
                {"count"});
    t.add_sink<std::string, std::string>("sink", "out", {"count"});
    return t;
}

} // namespace streams::testing_support
