#include <streams/dsl/detail/foreign_key/foreign_join.hpp>

namespace streams::inline v0::detail {

namespace {

/// Places records by a user's function of their key, which is present.
struct by_user {
    key_placement place;
    template <class Key, class Value>
    std::optional<std::int32_t> operator()(const record<Key, Value>& r, std::string_view,
                                           std::int32_t partitions) const {
        if constexpr (nullable<Key>) {
            if (!r.key) return std::nullopt;
            return place(*r.key, r.headers, partitions);
        } else {
            return place(r.key, r.headers, partitions);
        }
    }
};

/// Sends an answer to where the left row is.
struct to_left_row {
    std::optional<std::int32_t> operator()(const record<bytes_view, subscription_answer>& r, std::string_view,
                                           std::int32_t) const {
        // Rows that a punctuation changed are of no partition.
        if (r.value.partition && *r.value.partition < 0) return std::nullopt;
        return r.value.partition;
    }
};

template <class Key, class Value, class ValueSerde, class Partitioner>
node_factory sink_of(const std::string& topic, Partitioner partitioner) {
    using sink = topic_sink<Key, Value, std::string, Partitioner, serde<bytes_view>, ValueSerde>;
    return [topic, partitioner = std::move(partitioner)] { return std::make_unique<sink>(topic, partitioner); };
}

node_factory subscription_sink(const foreign_join_plan& plan) {
    using key = std::optional<bytes_view>;
    const std::string& topic = plan.names.subscription_topic;
    if (plan.place_foreign) return sink_of<key, subscription, subscription_serde>(topic, by_user{plan.place_foreign});
    return sink_of<key, subscription, subscription_serde>(topic, place_by_key{});
}

node_factory answer_sink(const foreign_join_plan& plan) {
    const std::string& topic = plan.names.answer_topic;
    if (plan.place_primary)
        return sink_of<bytes_view, subscription_answer, answer_serde>(topic, by_user{plan.place_primary});
    return sink_of<bytes_view, subscription_answer, answer_serde>(topic, to_left_row{});
}

store_spec subscription_store(const std::string& name) {
    return {.name = name, .kind = key_value_kind{.sized_prefix = true}, .caching = false, .log_headers = true};
}

graph_node& add_node(graph& graph, std::string name, std::initializer_list<graph_node*> parents, node_factory make,
                     std::vector<std::string> stores) {
    graph_node added{.name = std::move(name)};
    added.write = [make = std::move(make), stores = std::move(stores)](const graph_node& node, topology& out) {
        out.add_node({.kind = node_kind::processor,
                      .name = node.name,
                      .parents = parent_names(node),
                      .stores = stores,
                      .make = make});
    };
    return graph.add(std::move(added), std::span(parents.begin(), parents.size()));
}

graph_node& add_sink(graph& graph, std::string name, std::initializer_list<graph_node*> parents,
                     const std::string& topic, node_factory make) {
    graph_node added{.name = std::move(name)};
    added.write = [topic, make = std::move(make)](const graph_node& node, topology& out) {
        out.add_repartition_topic({.name = topic, .behind = parent_names(node)});
        out.add_node({.kind = node_kind::sink,
                      .name = node.name,
                      .parents = parent_names(node),
                      .topics = {topic},
                      .make = make});
    };
    return graph.add(std::move(added), std::span(parents.begin(), parents.size()));
}

/// The source of a topic, in the graph below the sink that writes to it.
graph_node& add_source(graph& graph, std::string name, graph_node& sink, const std::string& topic, node_factory make) {
    graph_node added{.name = std::move(name)};
    added.write = [topic, make = std::move(make)](const graph_node& node, topology& out) {
        out.add_node({.kind = node_kind::source, .name = node.name, .topics = {topic}, .make = make});
    };
    return graph.add(std::move(added), sink);
}

} // namespace

foreign_join_names new_foreign_join_names(graph& graph, const std::string& name) {
    const std::string join = "KTABLE-FK-JOIN-";
    const auto new_name = [&](const char* suffix, const std::string& prefix) {
        return graph.name_or_new(name.empty() ? name : name + suffix, prefix);
    };
    foreign_join_names names;
    names.subscription_topic = new_name("-subscription-registration", join + "SUBSCRIPTION-REGISTRATION-") + "-topic";
    names.send = new_name("-subscription-registration-processor", join + "SUBSCRIPTION-REGISTRATION-");
    names.subscription_sink = new_name("-subscription-registration-sink", "KTABLE-SINK-");
    names.subscription_source = new_name("-subscription-registration-source", "KTABLE-SOURCE-");
    names.store = new_name("-subscription-store", join + "SUBSCRIPTION-STATE-STORE-");
    names.receive = new_name("-subscription-receive", join + "SUBSCRIPTION-PROCESSOR-");
    names.answer = new_name("-subscription-join-foreign", join + "SUBSCRIPTION-PROCESSOR-");
    names.foreign_change = new_name("-foreign-join-subscription", join + "SUBSCRIPTION-PROCESSOR-");
    names.answer_topic = new_name("-subscription-response", join + "SUBSCRIPTION-RESPONSE-") + "-topic";
    names.answer_sink = new_name("-subscription-response-sink", "KTABLE-SINK-");
    names.answer_source = new_name("-subscription-response-source", "KTABLE-SOURCE-");
    names.join = new_name("-subscription-response-resolver", join + "SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-");
    names.result = new_name("-result", join + "OUTPUT-");
    return names;
}

attachment add_foreign_join(const attachment& left, const attachment& right, foreign_join_plan plan) {
    graph& graph = *left.graph;
    const foreign_join_names& names = plan.names;
    graph_node& send = add_node(graph, names.send, {left.node}, std::move(plan.send), {});
    graph_node& sink =
        add_sink(graph, names.subscription_sink, {&send}, names.subscription_topic, subscription_sink(plan));
    graph_node& source = add_source(graph, names.subscription_source, sink, names.subscription_topic,
                                    [] { return std::make_unique<raw_source>(); });
    graph.copartition(united(right.sources, {names.subscription_source}));

    graph_node receiver{.name = names.receive};
    receiver.write = [store = names.store](const graph_node& node, topology& out) {
        out.add_node({.kind = node_kind::processor, .name = node.name, .parents = parent_names(node), .make = [store] {
                          return std::make_unique<subscription_receive_node>(store);
                      }});
        out.add_operator_store(subscription_store(store), {node.name});
    };
    graph_node& receive = graph.add(std::move(receiver), source);
    graph_node& answer =
        add_node(graph, names.answer, {&receive}, std::move(plan.answer), std::move(plan.foreign_stores));
    graph_node& change =
        add_node(graph, names.foreign_change, {right.node}, std::move(plan.foreign_change), {names.store});

    graph_node& answers = add_sink(graph, names.answer_sink, {&answer, &change}, names.answer_topic, answer_sink(plan));
    graph_node& answered =
        add_source(graph, names.answer_source, answers, names.answer_topic, std::move(plan.answer_source));
    attachment at = left;
    at.sources = united(left.sources, {names.answer_source});
    graph.copartition(at.sources);
    graph_node& join = add_node(graph, names.join, {&answered}, std::move(plan.join), std::move(plan.primary_stores));
    graph_node result{.name = names.result};
    result.write = std::move(plan.write_result);
    return at.behind(graph.add(std::move(result), join), false);
}

} // namespace streams::inline v0::detail
