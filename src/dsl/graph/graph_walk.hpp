#pragma once

#include <streams/dsl/detail/graph/graph.hpp>

#include <set>
#include <vector>

namespace streams::inline v0::detail {

/// Goes from `from` along its `neighbours`, parents or children, and enters each node once, `from` first. `enter`: whether
/// to go on from the node.
template <class Enter>
void walk(const graph_node& from, std::vector<graph_node*> graph_node::* neighbours, Enter&& enter) {
    std::vector<const graph_node*> open{&from};
    std::set<const graph_node*> known{&from};
    while (!open.empty()) {
        const graph_node* const at = open.back();
        open.pop_back();
        if (!enter(*at)) continue;
        for (const graph_node* next : at->*neighbours)
            if (known.insert(next).second) open.push_back(next);
    }
}

} // namespace streams::inline v0::detail
