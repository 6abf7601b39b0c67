#include "src/runtime/tasks/processor_graph.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace streams::inline v0 {

processor_graph::processor_graph(const topology& topology, const std::vector<sub_topology>& parts) {
    std::vector<std::size_t> positions;
    for (const sub_topology& part : parts) positions.insert(positions.end(), part.nodes.begin(), part.nodes.end());
    std::sort(positions.begin(), positions.end());

    std::unordered_map<std::string_view, node*> made;
    for (const std::size_t at : positions) {
        const node_spec& spec = topology.nodes()[at];
        auto instance = spec.make ? spec.make() : nullptr;
        if (!instance)
            throw topology_error(concat("node ", spec.name, " cannot be made: ",
                                        spec.make
                                            ? "its supplier returned null; return a new object at each call"
                                            : "its node_spec::make is empty; give it a function that makes the node"));
        instance->set_name(spec.name);
        for (const std::string& parent : spec.parents) made.at(parent)->connect(*instance);
        if (spec.kind == node_kind::source && dynamic_cast<source_node*>(instance.get()) == nullptr)
            throw topology_error(concat("node ", spec.name,
                                        " is declared as a source, but what it makes is no "
                                        "source_node: derive it from streams::source_node"));
        made.emplace(spec.name, instance.get());
        members_.push_back({&spec, std::move(instance)});
    }
}

source_node* processor_graph::source_of(std::string_view declared_topic) const noexcept {
    for (const member& each : members_) {
        if (each.spec->kind != node_kind::source) continue;
        const auto& topics = each.spec->topics;
        if (std::find(topics.begin(), topics.end(), declared_topic) != topics.end())
            return dynamic_cast<source_node*>(each.instance.get());
    }
    return nullptr;
}

} // namespace streams::inline v0
