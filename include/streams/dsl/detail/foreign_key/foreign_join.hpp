#pragma once

#include <streams/dsl/detail/foreign_key/foreign_join_nodes.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/options.hpp>
#include <streams/serde/standard.hpp>
#include <streams/serde/window_ends.hpp>

#include <string>

namespace streams::inline v0::detail {

/// The names of a foreign-key join: ten nodes, two topics, one store.
struct foreign_join_names {
    std::string subscription_topic;
    std::string send;
    std::string subscription_sink;
    std::string subscription_source;
    std::string store;
    std::string receive;
    std::string answer;
    std::string foreign_change;
    std::string answer_topic;
    std::string answer_sink;
    std::string answer_source;
    std::string join;
    std::string result;
};

/// What the graph needs of a foreign-key join: a maker for each node whose types it does not see.
struct foreign_join_plan {
    foreign_join_names names;
    key_placement place_foreign{}; ///< of subscriptions; empty: by the default partitioner
    key_placement place_primary{}; ///< of answers; empty: where the left row is
    node_factory send{};
    node_factory answer{};
    std::vector<std::string> foreign_stores{};
    node_factory foreign_change{};
    node_factory answer_source{};
    node_factory join{};
    std::vector<std::string> primary_stores{};
    graph_writer write_result{};
};

/// Named in Kafka Streams' order. `name`: given by the user; empty for generated ones.
[[nodiscard]] foreign_join_names new_foreign_join_names(graph& graph, const std::string& name);
/// Adds a foreign-key join to the graph, and returns the place of its result.
[[nodiscard]] attachment add_foreign_join(const attachment& left, const attachment& right, foreign_join_plan plan);

/// Reads bytes as they are, into a view of the record.
using raw_source = topic_source<std::optional<bytes_view>, bytes_view, fail_on_invalid_timestamp>;

/// Makes the typed nodes of a foreign-key join.
template <class Key, class Value, class ForeignKey, class ForeignValue, class NewValue, bool Left>
struct foreign_join {
    template <class Extractor, class F>
    static attachment add(foreign_join_plan plan, const attachment& left,
                          const shared_value<table_of<Key, Value>>& rows, const attachment& right,
                          const shared_value<table_of<ForeignKey, ForeignValue>>& foreign_rows,
                          shared_functor<Extractor> extractor, shared_functor<F> joiner,
                          shared_value<source_table<Key, NewValue>> result) {
        foreign_rows->enable_sending_old_values(true);
        rows->enable_sending_old_values(true);
        const serdes_for<Key, Value> serdes = rows->serdes();
        const serdes_for<ForeignKey, ForeignValue> foreign_serdes = foreign_rows->serdes();
        require_usable(serdes, concat("the left table of the foreign-key join behind node ", left.node->name));
        require_usable(foreign_serdes,
                       concat("the right table of the foreign-key join behind node ", right.node->name));
        plan.send = [extractor = std::move(extractor), versioned = rows->versioned(), serdes,
                     foreign = foreign_serdes.key] {
            using node = subscription_send_node<Key, Value, ForeignKey, Extractor, Left>;
            return make_node<node>(serdes, foreign, extractor, versioned);
        };
        getter_plan<ForeignKey, ForeignValue> foreign = foreign_rows->getter();
        plan.foreign_stores = std::move(foreign.stores);
        plan.answer = [make = std::move(foreign.make), foreign_serdes] {
            return make_node<subscription_answer_node<ForeignKey, ForeignValue>>(foreign_serdes, make());
        };
        plan.foreign_change = [store = plan.names.store, versioned = foreign_rows->versioned(), foreign_serdes] {
            return make_node<foreign_change_node<ForeignKey, ForeignValue>>(foreign_serdes, store, versioned);
        };
        plan.answer_source = internal_source<Key, bytes_view>({serdes.key, {}}, left.window_ends);
        getter_plan<Key, Value> primary = rows->getter();
        plan.primary_stores = std::move(primary.stores);
        plan.join = [make = std::move(primary.make), joiner = std::move(joiner), left = serdes.value,
                     right = foreign_serdes.value] {
            using node = answer_join_node<Key, Value, ForeignValue, NewValue, F, Left>;
            return make_node<node>(left, right, make(), joiner);
        };
        plan.write_result = [result = std::move(result), ends = left.window_ends.value_or(streams::window_ends())](
                                const graph_node& node, topology& out) {
            write_table_source<Key, std::optional<NewValue>>(*result, node.name, parent_names(node), {}, ends, out);
        };
        return add_foreign_join(left, right, std::move(plan));
    }
};

} // namespace streams::inline v0::detail
