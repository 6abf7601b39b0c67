#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/topology/processor_supplier.hpp>

#include <string>
#include <vector>

namespace streams::inline v0::detail {

/// Adds the node of a processor, whose stores are in the topology already or come with it.
[[nodiscard]] graph_node& add_processing(const attachment& at, std::string name, std::vector<std::string> stores,
                                         std::vector<store_spec> supplied, node_factory make);

/// Adds a store that no operator uses yet.
void add_state_store(graph& to, store_spec spec);

/// The stores that a supplier brings along; none where it has no `stores()`.
template <class Supplier>
[[nodiscard]] std::vector<store_spec> stores_of(const Supplier& supplier) {
    std::vector<store_spec> specs;
    if constexpr (supplies_stores<Supplier>)
        for (const store_spec& spec : supplier.stores()) specs.push_back(spec);
    return specs;
}

} // namespace streams::inline v0::detail
