#include "src/topology/java_order.hpp"

#include <streams/topology/topology.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace streams::inline v0 {
namespace {

/// Groups of nodes: union by the smaller position, so that a group is known by its first node.
class node_groups {
public:
    explicit node_groups(std::size_t count) : first_(count) { std::iota(first_.begin(), first_.end(), std::size_t{0}); }
    [[nodiscard]] std::size_t of(std::size_t node) {
        while (first_[node] != node) node = first_[node] = first_[first_[node]];
        return node;
    }
    void unite(std::size_t a, std::size_t b) {
        a = of(a);
        b = of(b);
        first_[std::max(a, b)] = std::min(a, b);
    }

private:
    std::vector<std::size_t> first_;
};

void add_once(std::vector<std::string>& to, const std::string& name) {
    if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
}

void add(sub_topology& part, const topology& topology, std::size_t at) {
    const node_spec& spec = topology.nodes()[at];
    part.nodes.push_back(at);
    for (const auto& topic : spec.topics) {
        if (spec.kind == node_kind::sink) {
            add_once(part.sink_topics, topic);
            continue;
        }
        part.source_topics.push_back(topic);
        if (topology.is_repartition_topic(topic)) part.repartition_sources.push_back(topic);
    }
    // Stores are flushed in this order, and Kafka Streams keeps the stores of a node in a HashSet.
    for (const auto store : detail::hash_order(spec.stores, detail::filled::one_by_one))
        add_once(part.stores, spec.stores[store]);
}

} // namespace

std::vector<sub_topology> topology::sub_topologies() const { return parts(false); }

std::vector<sub_topology> topology::global_parts() const { return parts(true); }

std::vector<sub_topology> topology::parts(bool global) const {
    if (nodes().empty())
        throw topology_error("the topology is empty: no source was added to it; add a source, for example by "
                             "streams_builder::stream");
    node_groups groups(nodes().size());
    std::map<std::string_view, std::size_t> position;
    std::map<std::string_view, std::size_t> store_user;
    for (std::size_t at = 0; at < nodes().size(); ++at) {
        position.emplace(nodes()[at].name, at);
        for (const auto& parent : nodes()[at].parents) groups.unite(at, position.at(parent));
        for (const auto& store : nodes()[at].stores) groups.unite(at, store_user.emplace(store, at).first->second);
    }
    std::vector<sub_topology> parts;
    std::map<std::size_t, std::size_t> part_of; // from the first node of a group
    for (std::size_t at = 0; at < nodes().size(); ++at) {
        const auto [found, added] = part_of.emplace(groups.of(at), parts.size());
        if (added) parts.emplace_back().id = static_cast<std::int32_t>(found->second);
        add(parts[found->second], *this, at);
    }
    const auto is_global = [&](const sub_topology& part) {
        return std::ranges::any_of(global_stores(), [&](const global_store& each) {
            return std::ranges::any_of(part.nodes, [&](std::size_t at) { return nodes()[at].name == each.source; });
        });
    };
    std::erase_if(parts, [&](const sub_topology& part) { return is_global(part) != global; });
    return parts;
}

} // namespace streams::inline v0
