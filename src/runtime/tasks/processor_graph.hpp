#pragma once

#include <streams/topology/topology.hpp>

#include <memory>
#include <string_view>
#include <vector>

namespace streams::inline v0 {

/// The nodes of one task: made from their specs in the topology's order and connected.
class processor_graph {
public:
    struct member {
        const node_spec* spec; ///< of the topology
        std::unique_ptr<node> instance;
    };

    /// Throws topology_error where nodes do not fit together. `topology` outlives the graph.
    processor_graph(const topology& topology, const std::vector<sub_topology>& parts);

    /// Parents first.
    [[nodiscard]] const std::vector<member>& members() const noexcept { return members_; }
    /// The source that reads a topic of this declared name, or null.
    [[nodiscard]] source_node* source_of(std::string_view declared_topic) const noexcept;

private:
    std::vector<member> members_;
};

} // namespace streams::inline v0
