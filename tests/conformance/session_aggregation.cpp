#include "aggregation.hpp"

namespace conformance {

namespace {

template <class Aggregate, class Group>
handle aggregated_as(const Group& of, const json& op) {
    const function f = function_of(op);
    const streams::materialized store = store_of(op).value_or(streams::materialized{});
    return session_table(
        of.aggregate(initializer_of<Aggregate>{f}, aggregator_of<Aggregate>{f}, merger_of<Aggregate>{f}, store));
}

template <class Key, class Value>
handle aggregate(const streams::session_windowed_kstream<Key, Value>& group, const json& op) {
    const auto name = op.at("op").get<std::string>();
    const auto of = emitting(group, op);
    const streams::materialized store = store_of(op).value_or(streams::materialized{});
    if (name == "count") return session_table(of.count(store));
    if (name == "reduce") return session_table(of.reduce(reducer_of<Value>{function_of(op)}, store));
    return is_text(op) ? aggregated_as<text>(of, op) : aggregated_as<number>(of, op);
}

} // namespace

handle apply_session_aggregation(workbench& bench, const json& op) {
    if (!is_aggregation(op) || !std::holds_alternative<session_group>(bench.of(op))) return {};
    return std::visit([&](const auto& of) { return aggregate(of, op); }, bench.of<session_group>(op));
}

} // namespace conformance
