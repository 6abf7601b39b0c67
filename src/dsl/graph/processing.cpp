#include <streams/dsl/detail/graph/processing.hpp>

namespace streams::inline v0::detail {

graph_node& add_processing(const attachment& at, std::string name, std::vector<std::string> stores,
                           std::vector<store_spec> supplied, node_factory make) {
    const auto write = [stores = std::move(stores), supplied = std::move(supplied),
                        make = std::move(make)](const graph_node& node, topology& out) {
        write_processor(node, out, make, stores);
        for (const store_spec& spec : supplied) out.add_store(spec, {node.name});
    };
    return at.graph->add(std::move(name), write, *at.node);
}

void add_state_store(graph& to, store_spec spec) {
    std::string name = spec.name;
    const auto write = [spec = std::move(spec)](const graph_node&, topology& out) { out.add_store(spec); };
    to.add(std::move(name), write, to.root());
}

void throw_null_transformer(std::string_view node) {
    throw topology_error(concat("the value transformer of ", node,
                                " cannot be made: its supplier returned null; return a new "
                                "object at each call"));
}

} // namespace streams::inline v0::detail
