#include <streams/dsl/detail/processing.hpp>

namespace streams::inline v0::detail {

graph_node& add_processing(const attachment& at, std::string name, std::vector<std::string> stores,
                           std::vector<store_spec> supplied, node_factory make) {
    graph_node what{.name = std::move(name)};
    what.write = [stores = std::move(stores), supplied = std::move(supplied),
                  make = std::move(make)](const graph_node& of, topology& out) {
        out.add_node({.kind = node_kind::processor,
                      .name = of.name,
                      .parents = parent_names(of),
                      .stores = stores,
                      .make = make});
        for (const store_spec& spec : supplied) out.add_store(spec, {of.name});
    };
    return at.graph->add(std::move(what), *at.node);
}

void add_state_store(graph& to, store_spec spec) {
    graph_node what{.name = spec.name};
    what.write = [spec = std::move(spec)](const graph_node&, topology& out) { out.add_store(spec); };
    to.add(std::move(what), to.root());
}

} // namespace streams::inline v0::detail
