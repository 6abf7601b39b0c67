#pragma once

#include <streams/core/shared_callable.hpp>
#include <streams/dsl/detail/graph/graph.hpp>
#include <streams/dsl/detail/graph/pass_node.hpp>
#include <streams/dsl/detail/stateless/stateless.hpp>
#include <streams/dsl/fwd.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <utility>

namespace streams::inline v0::detail {

/// What becomes of the records that no open window takes; empty: they are dropped. Given where their aggregation's node
/// is. Takes no index of its own, so that the names of what follows stay as they are without it.
using late_exit = shared_callable<void(const attachment& aggregation)>;

template <class Key, class Value, class To>
[[nodiscard]] late_exit make_late_exit(To&& to, const serdes_for<Key, Value>& serdes) {
    static_assert(std::is_convertible_v<To, std::string> ||
                      std::invocable<const std::decay_t<To>&, kstream<Key, Value>>,
                  "late_to: give the name of a topic, or a functor that receives the late records as a kstream of the "
                  "grouped stream's types");
    if constexpr (std::is_convertible_v<To, std::string>) {
        return [topic = std::string(std::forward<To>(to)), serdes](const attachment& at) {
            stateless<Key, Value>::add_sink(at, at.node->name + "-late", topic, [] { return place_by_key(); }, serdes);
        };
    } else {
        return [use = std::forward<To>(to), serdes](const attachment& at) {
            graph_node& node = at.graph->add_processor(at.node->name + "-late", *at.node,
                                                       [] { return make_node<pass_node<Key, Value>>(); });
            std::invoke(use, kstream<Key, Value>(at.behind(node), serdes));
        };
    }
}

/// Leads late records out of an aggregation of the group.
inline void add_late_exit(const late_exit& exit, attachment aggregation, const attachment& group) {
    if (!exit) return;
    aggregation.window_ends = group.window_ends;
    exit(aggregation);
}

} // namespace streams::inline v0::detail
