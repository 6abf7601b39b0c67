#include "src/runtime/processor_graph.hpp"

#include <streams/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace streams::inline v0 {

processor_graph::processor_graph(const topology& of, const std::vector<sub_topology>& parts) {
    std::vector<std::size_t> positions;
    for (const sub_topology& part : parts) positions.insert(positions.end(), part.nodes.begin(), part.nodes.end());
    std::sort(positions.begin(), positions.end());

    std::unordered_map<std::string_view, node*> made;
    for (const std::size_t at : positions) {
        const node_spec& spec = of.nodes()[at];
        auto instance = spec.make();
        instance->set_name(spec.name);
        for (const std::string& parent : spec.parents) made.at(parent)->connect(*instance);
        if (spec.kind == node_kind::source && dynamic_cast<source_node*>(instance.get()) == nullptr)
            throw topology_error(concat("node ", spec.name, " is declared as a source, but what it makes is no "
                                        "source_node: derive it from streams::source_node"));
        made.emplace(spec.name, instance.get());
        members_.push_back({&spec, std::move(instance)});
    }
    order_stores(of, parts);
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

void processor_graph::order_stores(const topology& of, const std::vector<sub_topology>& parts) {
    std::vector<std::string> in_part_order;
    for (const sub_topology& part : parts)
        in_part_order.insert(in_part_order.end(), part.stores.begin(), part.stores.end());
    const auto rank = [&](const std::string& name) {
        return std::find(in_part_order.begin(), in_part_order.end(), name) - in_part_order.begin();
    };
    for (const member& each : members_) {
        auto names = each.spec->stores;
        std::sort(names.begin(), names.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
        for (const std::string& name : names) {
            const store_spec* spec = of.find_store(name);
            if (std::find(stores_.begin(), stores_.end(), spec) == stores_.end()) stores_.push_back(spec);
        }
    }
}

} // namespace streams::inline v0
