#include <streams/dsl/detail/sources.hpp>

namespace streams::inline v0::detail {

attachment add_stream_source(const std::shared_ptr<graph>& graph, std::vector<std::string> topics,
                             const consumed& options, const std::type_info& types, node_factory make) {
    graph_node what{.name = graph->name_or_new(options.name, "KSTREAM-SOURCE-")};
    what.source = source_plan{std::move(topics), options.reset, &types};
    what.write = [make = std::move(make)](const graph_node& of, topology& out) {
        out.add_node({.kind = node_kind::source,
                      .name = of.name,
                      .topics = of.source->topics,
                      .make = make,
                      .reset = of.source->reset});
    };
    graph_node& node = graph->add(std::move(what), graph->root());
    return {graph, &node, node.name, {node.name}};
}

attachment add_table_source(const std::shared_ptr<graph>& graph, const std::string& topic, const consumed& options,
                            const std::type_info& types, node_factory make, table_writer write_table) {
    std::string source = graph->name_or_new(options.name.empty() ? "" : options.name + "-source", "KSTREAM-SOURCE-");
    graph_node what{.name = graph->name_or_new(options.name, "KTABLE-SOURCE-")};
    what.source = source_plan{{topic}, options.reset, &types, false};
    what.write = [source, make = std::move(make), write_table = std::move(write_table)](const graph_node& of,
                                                                                        topology& out) {
        out.add_node({.kind = node_kind::source,
                      .name = source,
                      .topics = of.source->topics,
                      .make = make,
                      .reset = of.source->reset});
        write_table(of.name, source, of.reuses_topic ? of.source->topics.front() : std::string(), out);
    };
    graph_node& node = graph->add(std::move(what), graph->root());
    return {graph, &node, node.name, {std::move(source)}};
}

} // namespace streams::inline v0::detail
