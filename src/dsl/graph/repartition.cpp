#include <streams/core/error.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>

namespace streams::inline v0::detail {

void throw_without_serde(std::string_view part, std::string_view place) {
    throw topology_error(concat(place, " has no serde for its ", part,
                                "s: their type is converted by objects only, and none was given there or above; pass ",
                                part, "_serde(object)"));
}

attachment behind_repartition(const attachment& at, const std::string& prefix, const repartition_filler& fill) {
    repartition_plan plan = at.graph->new_repartition(prefix);
    fill(plan);
    graph_node& node = at.graph->add_repartition(std::move(plan), *at.node);
    return at.behind_topic(node, node.name);
}

attachment before_join(stream_state& stream, const std::string& name, const repartition_filler& fill) {
    const attachment& at = stream.at;
    if (!at.repartition_required) return at;
    // Indices are taken for every join, also where the node of an earlier one is used again: Kafka Streams numbers so.
    const std::string& prefix = name.empty() ? at.name : name;
    repartition_plan plan = at.graph->new_repartition(prefix);
    std::string source = plan.source_name;
    if (!stream.join_repartition || prefix != at.name) {
        fill(plan);
        stream.join_repartition = &at.graph->add_repartition(std::move(plan), *at.node);
    }
    return at.behind_topic(*stream.join_repartition, std::move(source));
}

attachment before_aggregation(group_state& group, const std::string& store, const repartition_filler& fill) {
    const attachment& at = group.at;
    if (!at.repartition_required) return at;
    repartition_plan plan = at.graph->new_repartition(group.name.empty() ? store : group.name);
    std::string source = plan.source_name;
    if (group.repartition && !group.name.empty()) {
        at.graph->add_again(*group.repartition, *at.node);
    } else {
        fill(plan);
        group.repartition = &at.graph->add_repartition(std::move(plan), *at.node);
    }
    return at.behind_topic(*group.repartition, std::move(source));
}

} // namespace streams::inline v0::detail
