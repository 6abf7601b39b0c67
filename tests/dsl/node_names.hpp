#pragma once

#include <streams/topology/topology.hpp>

#include <string>
#include <vector>

/// The names of a topology's nodes, in the order in which they were written.
inline std::vector<std::string> node_names(const streams::topology& of) {
    std::vector<std::string> names;
    for (const auto& node : of.nodes()) names.push_back(node.name);
    return names;
}
inline std::vector<std::string> store_names(const streams::topology& of) {
    std::vector<std::string> names;
    for (const auto& store : of.stores()) names.push_back(store.name);
    return names;
}
