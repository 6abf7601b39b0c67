#pragma once

#include <streams/dsl/detail/graph/graph.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace streams::inline v0::detail {

/// What `topology.optimization` asks for.
struct optimizations {
    bool reuse_source_topics = false; ///< a table's topic is the changelog of its store
    bool merge_repartitions = false;  ///< one repartition topic for all that follow a change of key
    bool self_joins = false;          ///< a stream joined with itself keeps one store
};

/// Reads `none`, `all`, or a comma-separated list of optimisations. Throws config_error for any other name.
[[nodiscard]] optimizations parse_optimizations(std::string_view setting);

/// Source nodes that stand for others now: name -> name of the node that took its place.
using replaced_sources = std::map<std::string, std::string>;

/// Puts one repartition node right behind each change of key in place of those further down, where no value changes in
/// between. Nodes are added to `nodes`.
void merge_repartitions(std::vector<std::unique_ptr<graph_node>>& nodes, replaced_sources& replaced);

/// Turns joins of two streams that are the same by now into joins on one store.
void join_on_one_store(std::vector<std::unique_ptr<graph_node>>& nodes);

} // namespace streams::inline v0::detail
