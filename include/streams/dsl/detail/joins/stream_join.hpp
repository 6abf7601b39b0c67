#pragma once

#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/graph/repartition.hpp>
#include <streams/dsl/detail/joins/join_span.hpp>
#include <streams/dsl/detail/joins/join_window_node.hpp>
#include <streams/dsl/detail/joins/stream_self_join_node.hpp>
#include <streams/dsl/detail/joins/stream_stream_join_node.hpp>
#include <streams/dsl/options.hpp>
#include <streams/serde/window_ends.hpp>
#include <streams/state/store_spec.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace streams::inline v0::detail {

/// Names of the nodes and stores of a stream-stream join.
struct stream_join_names {
    std::string left_windowed;
    std::string right_windowed;
    std::string left_join;
    std::string right_join;
    std::string merge;
    std::string left_store;
    std::string right_store;
    std::string unmatched_store;
};
[[nodiscard]] stream_join_names new_stream_join_names(graph& in, join_kind kind, const stream_joined& options);

/// What makes the nodes of a stream-stream join.
struct stream_join_makers {
    node_factory left_window;
    node_factory right_window;
    node_factory left_join;
    node_factory right_join;
    node_factory merge;
    node_factory self_join;                          ///< empty where the two streams cannot be the same
    std::shared_ptr<const store_serdes> left_kept{}; ///< of the stores
    std::shared_ptr<const store_serdes> right_kept{};
};

/// Adds the nodes and stores of a stream-stream join below two places, and returns its own.
[[nodiscard]] attachment add_stream_join(const attachment& left, const attachment& right, join_kind kind,
                                         const join_span& windows, const stream_joined& options,
                                         const stream_join_names& names, stream_join_makers make);

/// Where the sides of a stream-stream join are attached: behind repartition topics where their keys have changed.
struct stream_join_places {
    attachment left;
    attachment right;
};
[[nodiscard]] stream_join_places before_stream_join(stream_state& left, stream_state& right, const std::string& name,
                                                    const repartition_filler& fill_left,
                                                    const repartition_filler& fill_right);

template <class Key, class Value>
[[nodiscard]] repartition_filler join_filler(const stream_state& stream, const serdes_for<Key, Value>& serdes) {
    return [ends = stream.at.window_ends, serdes](repartition_plan& plan) {
        make_repartition_nodes<Key, Value>(plan, serdes, ends);
    };
}

/// Joins two streams of these records; Arguments: see stream_join_arguments.
template <class KeyL, class ValueL, class KeyR, class ValueR, class Arguments, class NewValue, class F>
[[nodiscard]] attachment join_streams(stream_state& left, stream_state& right, shared_functor<F> joiner,
                                      const join_span& windows, const stream_joined& options,
                                      const stream_join_serdes<Arguments>& serdes) {
    const serdes_for<KeyL, ValueL> left_serdes{serdes.key, serdes.left};
    const serdes_for<KeyR, ValueR> right_serdes{serdes.key, serdes.right};
    const stream_join_places at =
        before_stream_join(left, right, options.name, join_filler<KeyL, ValueL>(left, left_serdes),
                           join_filler<KeyR, ValueR>(right, right_serdes));
    const stream_join_names names = new_stream_join_names(*at.left.graph, Arguments::kind, options);
    require_usable(left_serdes, concat("store ", names.left_store));
    require_usable(right_serdes, concat("store ", names.right_store));
    const stream_join_plan plan{windows,           names.left_store,
                                names.right_store, names.unmatched_store,
                                names.merge,       at.left.window_ends.value_or(streams::window_ends())};
    using key_out = typename Arguments::key_type;
    using left_node = stream_stream_join_node<KeyL, ValueL, Arguments, NewValue, F, join_side::left>;
    using right_node = stream_stream_join_node<KeyR, ValueR, Arguments, NewValue, F, join_side::right>;
    stream_join_makers make;
    make.left_kept = kept_by(left_serdes.key, left_serdes.value);
    make.right_kept = kept_by(right_serdes.key, right_serdes.value);
    make.left_window = [store = names.left_store] { return make_node<join_window_node<KeyL, ValueL>>(store); };
    make.right_window = [store = names.right_store] { return make_node<join_window_node<KeyR, ValueR>>(store); };
    make.left_join = [plan, serdes, joiner] { return make_node<left_node>(plan, serdes, joiner); };
    make.right_join = [plan, serdes, joiner] { return make_node<right_node>(plan, serdes, joiner); };
    make.merge = [] { return make_node<pass_node<key_out, NewValue>>(); };
    if constexpr (std::is_same_v<KeyL, KeyR> && std::is_same_v<ValueL, ValueR>) {
        using self_node = stream_self_join_node<KeyL, ValueL, Arguments, NewValue, F>;
        make.self_join = [store = names.left_store, windows, joiner] {
            return make_node<self_node>(store, windows, joiner);
        };
    }
    return add_stream_join(at.left, at.right, Arguments::kind, windows, options, names, std::move(make));
}

} // namespace streams::inline v0::detail
