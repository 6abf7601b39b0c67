#include "aggregation.hpp"
#include "functors.hpp"

namespace conformance {

namespace {

template <class New>
struct group_mapper {
    key_mapper key_f;
    value_mapper<New> value_f;
    template <class Key, class Value>
    std::pair<maybe<text>, maybe<New>> operator()(const Key& key, const Value& value) const {
        return {key_f(key, value), value_f(key, value)};
    }
};

handle grouped(const auto& tables, const json& op) {
    const key_mapper key{function_of(op, "key_fn")};
    const streams::grouped grouped{name_of(op)};
    return std::visit(
        [&](const auto& table) -> handle {
            if (is_text(op)) return table_group(table.group_by(group_mapper<text>{key, {function_of(op)}}, grouped));
            return table_group(table.group_by(group_mapper<number>{key, {function_of(op)}}, grouped));
        },
        tables);
}

template <class Value>
handle aggregated(const streams::kgrouped_table<text, Value>& group, const json& op) {
    const auto name = op.at("op").get<std::string>();
    const streams::materialized store = store_of(op).value_or(streams::materialized{});
    if (name == "count") return plain_table(group.count(store));
    const function add = function_of(op);
    const function subtract = function_of(op, "sub_fn");
    if (name == "reduce")
        return plain_table(group.reduce(reducer_of<maybe<Value>>{add}, reducer_of<maybe<Value>>{subtract}, store));
    if (is_text(op))
        return plain_table(
            group.aggregate(initializer_of<text>{add}, aggregator_of<text>{add}, aggregator_of<text>{subtract}, store));
    return plain_table(group.aggregate(initializer_of<number>{add}, aggregator_of<number>{add},
                                       aggregator_of<number>{subtract}, store));
}

} // namespace

handle apply_table_grouping(workbench& bench, const json& op) {
    if (op.at("op") == "group_by") {
        if (const auto* plain = std::get_if<plain_table>(&bench.of(op))) return grouped(*plain, op);
        if (const auto* windowed = std::get_if<windowed_table>(&bench.of(op))) return grouped(*windowed, op);
        return {};
    }
    if (!is_aggregation(op)) return {};
    const auto* rows = std::get_if<table_group>(&bench.of(op));
    if (!rows) return {};
    return std::visit([&](const auto& of) { return aggregated(of, op); }, *rows);
}

} // namespace conformance
