#pragma once

#include <streams/topology/topology.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace streams::inline v0 {

/// Where a store was declared, and whether it may be again.
struct store_origin {
    std::string place;
    bool shared;
};

/// Where a node stands.
struct node_place {
    std::size_t position; ///< in the topology's nodes
    std::size_t depth;    ///< the nodes on the longest way from a source to it, both counted
};

struct topology::content {
    std::vector<node_spec> nodes;
    std::map<std::string, node_place, std::less<>> places; ///< of the nodes, by name
    std::vector<store_spec> stores;
    std::vector<repartition_topic> repartition_topics;
    std::vector<std::vector<std::string>> copartition_groups;
    std::vector<global_store> global_stores;
    std::map<std::string, std::string, std::less<>> readers; ///< source topics, and the node that reads each
    std::map<std::string, store_origin, std::less<>> store_origins;

    [[nodiscard]] const node_spec* find_node(std::string_view name) const noexcept {
        const auto found = places.find(name);
        return found == places.end() ? nullptr : &nodes[found->second.position];
    }
    /// The depth that a node behind these parents, all of them known, has.
    [[nodiscard]] std::size_t depth_behind(const std::vector<std::string>& parents) const;

    void check_edges(const node_spec& spec) const;
    void check_topics(const node_spec& spec) const;
    void check_pattern(const node_spec& spec) const;
    void check_connection(const node_spec& spec, const std::string& store) const;
    void check_second_store(const store_spec& spec, bool shared, std::string_view place) const;
};

/// Kafka's rule for topics, which holds for nodes and stores too, since topics are named after them. Throws topology_error.
void require_legal(std::string_view kind, std::string_view name);

template <class Specs>
auto find_named(Specs& specs, std::string_view name) {
    return std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
}

} // namespace streams::inline v0
