#pragma once

#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/joins/buffered_table_join_node.hpp>
#include <streams/dsl/detail/joins/stream_table_join_node.hpp>
#include <streams/dsl/detail/stores/store_specs.hpp>
#include <streams/dsl/detail/tables/table_source.hpp>
#include <streams/dsl/fwd.hpp>
#include <streams/serde/window_ends.hpp>

namespace streams::inline v0::detail {

/// Adds the stateful operators of a stream to the graph.
template <class Key, class Value>
struct stateful {
    static constexpr rows table_rows = nullable<Value> ? rows::deletable : rows::permanent;
    using table_type = ktable<without_null_t<Key>, without_null_t<Value>, table_rows>;

    static table_type add_to_table(const attachment& at, std::string name, const materialized& options,
                                   const serdes_for<Key, Value>& serdes) {
        using table = source_table<without_null_t<Key>, without_null_t<Value>>;
        const std::string store = options.name.empty() ? at.graph->new_store_name("KSTREAM-TOTABLE-") : options.name;
        shared_value<table> description(std::in_place, key_value_spec(store, options),
                                        !options.name.empty() || options.history_retention.has_value(), serdes);
        require_usable(serdes, concat("store ", store));

        attachment above = at;
        if (at.repartition_required)
            above = behind_repartition(at, name, [&](repartition_plan& plan) {
                make_repartition_nodes<Key, Value>(plan, serdes, at.window_ends);
            });
        const auto write = [description, ends = at.window_ends.value_or(streams::window_ends())](const graph_node& node,
                                                                                                 topology& out) {
            write_table_source<Key, Value>(*description, node.name, parent_names(node), {}, ends, out);
        };
        return table_type(above.behind(at.graph->add(std::move(name), write, *above.node), false), description);
    }

    template <bool Left, class NewValue, class Row, class F>
    static attachment add_table_join(stream_state& stream, const attachment& table_at,
                                     const shared_value<table_of<without_null_t<Key>, Row>>& table,
                                     shared_functor<F> joiner, const joined& options,
                                     const serdes_for<Key, Value>& serdes) {
        attachment above = before_join(stream, options.name, [&](repartition_plan& plan) {
            make_repartition_nodes<Key, Value>(plan, serdes, stream.at.window_ends);
        });
        above.sources = united(above.sources, table_at.sources);
        above.graph->copartition(above.sources);

        std::string name = above.graph->name_or_new(options.name, Left ? "KSTREAM-LEFTJOIN-" : "KSTREAM-JOIN-");
        graph_writer write;
        getter_plan<without_null_t<Key>, Row> rows = table->getter();
        if (options.grace) {
            check_grace(*options.grace, name, table->versioned());
            require_usable(serdes, concat("join ", name));
            write = buffered_join_writer<Left, NewValue>(std::move(rows), std::move(joiner), *options.grace,
                                                         stream.at.window_ends, kept_by(serdes.key, serdes.value));
        } else {
            write = join_writer<Left, NewValue>(std::move(rows), std::move(joiner));
        }
        graph_node& node = above.graph->add(std::move(name), std::move(write), *above.node);
        node.passes_null_keys = Left;
        return above.behind(node, false);
    }

private:
    template <bool Left, class NewValue, class Row, class F>
    static graph_writer join_writer(getter_plan<without_null_t<Key>, Row> rows, shared_functor<F> joiner) {
        return [rows = std::move(rows), joiner = std::move(joiner)](const graph_node& node, topology& out) {
            using node_type = stream_table_join_node<Key, Value, Row, NewValue, F, Left>;
            write_processor(
                node, out, [make = rows.make, joiner] { return make_node<node_type>(make(), joiner); }, rows.stores);
        };
    }
    template <bool Left, class NewValue, class Row, class F>
    static graph_writer buffered_join_writer(getter_plan<without_null_t<Key>, Row> rows, shared_functor<F> joiner,
                                             std::chrono::milliseconds grace,
                                             const std::optional<streams::window_ends>& key_window_ends,
                                             std::shared_ptr<const store_serdes> serdes) {
        return [rows = std::move(rows), joiner = std::move(joiner), grace, serdes = std::move(serdes),
                ends = key_window_ends.value_or(streams::window_ends())](const graph_node& node, topology& out) {
            using node_type = buffered_table_join_node<Key, Value, Row, NewValue, F, Left>;
            check_history(grace, node.name, rows.stores, out);
            const join_buffer_plan plan{node.name + "-Buffer", grace, ends};
            // The stores in this order, which shows in describe() where two names fall together.
            store_spec buffer = join_buffer_spec(plan.store);
            buffer.serdes = serdes;
            write_processor(
                node, out, [make = rows.make, joiner, plan] { return make_node<node_type>(make(), joiner, plan); },
                buffer);
            for (const std::string& store : rows.stores) out.connect_store(node.name, store);
        };
    }
};

} // namespace streams::inline v0::detail
