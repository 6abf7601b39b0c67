#include <streams/dsl/detail/aggregation/table_aggregation.hpp>

namespace streams::inline v0::detail {

table_aggregation_names new_table_aggregation_names(graph& graph, std::string store, const std::string& name,
                                                    std::string_view prefix) {
    table_aggregation_names names{std::move(store), {}, {}, {}};
    if (names.store.empty()) names.store = graph.new_store_name("KTABLE-AGGREGATE-");
    const auto suffixed = [&](const char* suffix) { return name.empty() ? name : name + suffix; };
    names.sink = graph.name_or_new(suffixed("-sink"), "KSTREAM-SINK-");
    names.source = graph.name_or_new(suffixed("-source"), "KSTREAM-SOURCE-");
    names.node = graph.name_or_new(name, prefix);
    return names;
}

attachment behind_grouping(group_state& group, const table_aggregation_names& names, node_factory sink,
                           node_factory source) {
    graph& graph = *group.at.graph;
    if (group.repartition && !group.name.empty()) {
        graph.add_again(*group.repartition, *group.at.node);
        return group.at.behind_topic(*group.repartition, names.source);
    }
    graph_node added{.name = names.source};
    added.write = [topic = (group.name.empty() ? names.store : group.name) + "-repartition", sink_name = names.sink,
                   sink = std::move(sink), source = std::move(source)](const graph_node& node, topology& out) {
        out.add_repartition_topic({.name = topic, .behind = parent_names(node)});
        out.add_node({.kind = node_kind::sink,
                      .name = sink_name,
                      .parents = parent_names(node),
                      .topics = {topic},
                      .make = sink});
        out.add_node({.kind = node_kind::source, .name = node.name, .topics = {topic}, .make = source});
    };
    group.repartition = &graph.add(std::move(added), *group.at.node);
    return group.at.behind_topic(*group.repartition, names.source);
}

} // namespace streams::inline v0::detail
