#include <streams/dsl/detail/graph/sources.hpp>

#include <streams/core/error.hpp>

namespace streams::inline v0::detail {

namespace {

attachment add_stream(const std::shared_ptr<graph>& graph, source_plan source, const consumed& options,
                      node_factory make) {
    graph_node added{.name = graph->name_or_new(options.name, "KSTREAM-SOURCE-")};
    added.source = std::move(source);
    added.write = [make = std::move(make)](const graph_node& node, topology& out) {
        out.add_node({.kind = node_kind::source,
                      .name = node.name,
                      .topics = node.source->topics,
                      .make = make,
                      .reset = node.source->reset,
                      .pattern = node.source->pattern});
    };
    graph_node& node = graph->add(std::move(added), graph->root());
    return {graph, &node, node.name, {node.name}};
}

} // namespace

attachment add_stream_source(const std::shared_ptr<graph>& graph, std::vector<std::string> topics,
                             const consumed& options, const std::type_info& types, node_factory make) {
    return add_stream(graph, {std::move(topics), options.reset, &types}, options, std::move(make));
}

attachment add_stream_source(const std::shared_ptr<graph>& graph, const topic_pattern& pattern, const consumed& options,
                             const std::type_info& types, node_factory make) {
    return add_stream(graph, {{}, options.reset, &types, true, pattern.expression}, options, std::move(make));
}

attachment add_table_source(const std::shared_ptr<graph>& graph, const std::string& topic, const consumed& options,
                            const std::type_info& types, node_factory make, table_writer write_table) {
    std::string source = graph->name_or_new(options.name.empty() ? "" : options.name + "-source", "KSTREAM-SOURCE-");
    graph_node added{.name = graph->name_or_new(options.name, "KTABLE-SOURCE-")};
    added.source = source_plan{{topic}, options.reset, &types, false};
    added.write = [source, make = std::move(make), write_table = std::move(write_table)](const graph_node& node,
                                                                                         topology& out) {
        out.add_node({.kind = node_kind::source,
                      .name = source,
                      .topics = node.source->topics,
                      .make = make,
                      .reset = node.source->reset});
        write_table(node.name, source, node.reuses_topic ? node.source->topics.front() : std::string(), out);
    };
    graph_node& node = graph->add(std::move(added), graph->root());
    return {graph, &node, node.name, {std::move(source)}};
}

void add_global_source(const std::shared_ptr<graph>& graph, const std::string& topic, const consumed& options,
                       store_spec spec, node_factory make_source, node_factory make_processor, bool reprocess) {
    if (!spec.is<key_value_kind>())
        throw topology_error(concat("global store ", spec.name, " of topic ", topic,
                                    " is no plain key-value store, which global stores are; use stores::key_value, and "
                                    "leave materialized::history_retention out"));
    std::string source = graph->name_or_new(options.name.empty() ? "" : options.name + "-source", "KSTREAM-SOURCE-");
    graph_node added{.name = graph->name_or_new(options.name, "KTABLE-SOURCE-")};
    added.write = [topic, source = std::move(source), spec = std::move(spec), make_source = std::move(make_source),
                   make_processor = std::move(make_processor), reprocess](const graph_node& node, topology& out) {
        out.add_global_store(spec,
                             {.kind = node_kind::source,
                              .name = source,
                              .topics = {topic},
                              .make = make_source,
                              .reset = offset_reset::earliest},
                             {.kind = node_kind::processor, .name = node.name, .make = make_processor}, reprocess);
    };
    graph->add(std::move(added), graph->root());
}

} // namespace streams::inline v0::detail
