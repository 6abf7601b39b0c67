#pragma once

#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/graph/pick.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/stateless/filter_node.hpp>
#include <streams/dsl/detail/stateless/flat_map_node.hpp>
#include <streams/dsl/detail/stateless/map_node.hpp>
#include <streams/dsl/detail/stateless/merge_node.hpp>
#include <streams/dsl/detail/stateless/peek_node.hpp>
#include <streams/dsl/detail/stateless/print_node.hpp>
#include <streams/dsl/options.hpp>
#include <streams/dsl/partitioned_by.hpp>

namespace streams::inline v0::detail {

/// Chooses the topic of a record by a user's functor, for topic_sink.
template <class Key, class Value, class F>
struct topic_choice {
    task_functor<F> functor;
    std::string operator()(const record<Key, Value>& r) const {
        if constexpr (record_functor<F, Key, Value>)
            return std::string(call(functor.get(), r.key, r.value));
        else
            return std::string(std::invoke(functor.get(), r));
    }
};

/// Makes the partitioner of a sink from the option that the user gave, or from none.
template <class Key, class Value>
[[nodiscard]] auto partitioner_maker(no_option /*none*/) {
    return [] { return place_by_key{}; };
}
template <class Key, class Value, class F>
[[nodiscard]] auto partitioner_maker(const partitioner_option<F>& option) {
    check_partitioner<F, Key, Value>();
    return [f = share(option.choose)] { return partition_choice<Key, Value, F>{task_functor<F>(f)}; };
}

/// Named late, since no merge_node may have two equal entrances.
template <class KeyA, class ValueA, class KeyB, class ValueB>
struct merge_of {
    using type = merge_node<KeyA, ValueA, KeyB, ValueB>;
};

/// What fills in a repartition topic for records of these types; empty where they have no serde.
template <class Key, class Value>
[[nodiscard]] repartition_filler filler_of(const attachment& at, const serdes_for<Key, Value>& serdes) {
    if constexpr (readable_and_writable<Key> && readable_and_writable<Value>)
        return [ends = at.window_ends, serdes](repartition_plan& plan) {
            // Where it takes the place of several topics, those say how records are written.
            using key_serde_type = serde_for<without_null_t<Key>>;
            using value_serde_type = serde_for<without_null_t<Value>>;
            if (key_serde_type::converts(plan.serdes.key) && value_serde_type::converts(plan.serdes.value))
                return make_repartition_nodes<Key, Value>(
                    plan, {key_serde_type::from(plan.serdes.key), value_serde_type::from(plan.serdes.value)}, ends);
            make_repartition_nodes<Key, Value>(plan, serdes, ends);
        };
    else
        return {};
}

/// The node forwards records under other keys.
template <class NewKey, class NewValue>
void mark_key_change(graph_node& node, const attachment& at, const serdes_for<NewKey, NewValue>& serdes = {}) {
    node.key_changing = true;
    node.repartition_after = filler_of<NewKey, NewValue>(at, serdes);
}

template <class Node, class F>
[[nodiscard]] node_factory maker_of(shared_functor<F> functor) {
    return [functor = std::move(functor)] { return make_node<Node>(functor); };
}

/// Adds the stateless operators of a stream to the graph.
template <class Key, class Value>
struct stateless {
    template <bool Wanted, class F>
    static graph_node& add_filter(const attachment& at, std::string name, shared_functor<F> f) {
        return at.graph->add_processor(std::move(name), *at.node,
                                       maker_of<filter_node<Key, Value, F, Wanted>>(std::move(f)));
    }
    template <class NewValue, class F>
    static graph_node& add_map_values(const attachment& at, std::string name, shared_functor<F> f) {
        graph_node& node = at.graph->add_processor(std::move(name), *at.node,
                                                   maker_of<map_values_node<Key, Value, NewValue, F>>(std::move(f)));
        node.value_changing = true;
        return node;
    }
    template <class NewKey, class NewValue, class F>
    static graph_node& add_map(const attachment& at, std::string name, shared_functor<F> f) {
        graph_node& node = at.graph->add_processor(std::move(name), *at.node,
                                                   maker_of<map_node<Key, Value, NewKey, NewValue, F>>(std::move(f)));
        mark_key_change<NewKey, NewValue>(node, at);
        return node;
    }
    template <class NewKey, class F>
    static graph_node& add_select_key(const attachment& at, std::string name, shared_functor<F> f,
                                      const serde_for<without_null_t<Value>>& value) {
        graph_node& node = at.graph->add_processor(std::move(name), *at.node,
                                                   maker_of<select_key_node<Key, Value, NewKey, F>>(std::move(f)));
        mark_key_change<NewKey, Value>(node, at, {{}, value});
        return node;
    }
    template <class NewValue, class F>
    static graph_node& add_flat_map_values(const attachment& at, std::string name, shared_functor<F> f) {
        graph_node& node = at.graph->add_processor(
            std::move(name), *at.node, maker_of<flat_map_values_node<Key, Value, NewValue, F>>(std::move(f)));
        node.value_changing = true;
        return node;
    }
    template <class NewKey, class NewValue, class F>
    static graph_node& add_flat_map(const attachment& at, std::string name, shared_functor<F> f) {
        graph_node& node = at.graph->add_processor(
            std::move(name), *at.node, maker_of<flat_map_node<Key, Value, NewKey, NewValue, F>>(std::move(f)));
        mark_key_change<NewKey, NewValue>(node, at);
        return node;
    }
    template <class F>
    static graph_node& add_peek(const attachment& at, std::string name, shared_functor<F> f) {
        return at.graph->add_processor(std::move(name), *at.node, maker_of<peek_node<Key, Value, F>>(std::move(f)));
    }
    template <class F>
    static graph_node& add_for_each(const attachment& at, std::string name, shared_functor<F> f) {
        return at.graph->add_processor(std::move(name), *at.node, maker_of<for_each_node<Key, Value, F>>(std::move(f)));
    }

    template <class F>
    static void add_print(const attachment& at, std::string name, const printed& options, shared_functor<F> f) {
        const auto make = [to = open_line_printer(options.file),
                           label = options.label.empty() ? at.name : options.label,
                           f = std::move(f)] { return make_node<print_node<Key, Value, F>>(to, label, f); };
        at.graph->add_processor(std::move(name), *at.node, make);
    }

    template <class OtherKey, class OtherValue>
    static attachment add_merge(const attachment& at, const attachment& other, std::string name,
                                const serdes_for<Key, Value>& serdes) {
        constexpr bool alike = std::is_same_v<Key, OtherKey> && std::is_same_v<Value, OtherValue>;
        using node_type = typename std::conditional_t<alike, std::type_identity<pass_node<Key, Value>>,
                                                      merge_of<Key, Value, OtherKey, OtherValue>>::type;
        const auto write = [](const graph_node& node, topology& out) {
            write_processor(node, out, [] { return make_node<node_type>(); });
        };
        graph_node* const parents[] = {at.node, other.node};
        graph_node& node = at.graph->add(std::move(name), write, parents);
        node.merging = true;
        node.repartition_after = filler_of<wider_t<Key, OtherKey>, wider_t<Value, OtherValue>>(at, serdes);
        attachment merged = at.behind(node, at.repartition_required || other.repartition_required);
        merged.sources = united(merged.sources, other.sources);
        return merged;
    }

    template <class MakePartitioner>
    static attachment add_repartition(const attachment& at, const repartitioned& options,
                                      MakePartitioner make_partitioner, const serdes_for<Key, Value>& serdes) {
        const std::string prefix = options.name.empty() ? at.graph->new_name("KSTREAM-REPARTITION-") : options.name;
        return behind_repartition(at, prefix, [&](repartition_plan& plan) {
            make_repartition_nodes<Key, Value>(plan, serdes, at.window_ends);
            plan.partitions = options.partitions;
            plan.optimizable = false;
            using sink = topic_sink<Key, Value, std::string, decltype(make_partitioner())>;
            plan.make_sink = [topic = plan.topic, make_partitioner, serdes] {
                return make_node<sink>(topic, make_partitioner(), serdes.key, serdes.value);
            };
        });
    }

    /// `topic`: the one that is written, nullopt where `make_topic` makes a function that chooses it.
    template <class MakeTopic, class MakePartitioner>
    static void add_sink(const attachment& at, std::string name, std::optional<std::string> topic, MakeTopic make_topic,
                         MakePartitioner make_partitioner, const serdes_for<Key, Value>& serdes) {
        require_usable(serdes, concat("sink ", name));
        using sink = topic_sink<Key, Value, decltype(make_topic()), decltype(make_partitioner())>;
        at.graph->add_sink(
            std::move(name), *at.node, std::move(topic),
            [make_topic = std::move(make_topic), make_partitioner = std::move(make_partitioner), serdes] {
                return make_node<sink>(make_topic(), make_partitioner(), serdes.key, serdes.value);
            });
    }
    template <class MakePartitioner>
    static void add_sink(const attachment& at, std::string name, const std::string& topic,
                         MakePartitioner make_partitioner, const serdes_for<Key, Value>& serdes) {
        add_sink(at, std::move(name), topic, [topic] { return topic; }, std::move(make_partitioner), serdes);
    }
    template <class F, class MakePartitioner>
    static void add_extracting_sink(const attachment& at, std::string name, shared_functor<F> f,
                                    MakePartitioner make_partitioner, const serdes_for<Key, Value>& serdes) {
        const auto make_topic = [f = std::move(f)] { return topic_choice<Key, Value, F>{task_functor<F>(f)}; };
        add_sink(at, std::move(name), std::nullopt, make_topic, std::move(make_partitioner), serdes);
    }
};

} // namespace streams::inline v0::detail
