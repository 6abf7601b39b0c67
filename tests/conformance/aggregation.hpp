#pragma once

#include "operations.hpp"

namespace conformance {

template <class Aggregate>
struct aggregator_of {
    function f;
    template <class Key, class Value>
    maybe<Aggregate> operator()(const Key& key, const Value& value, const Aggregate& aggregate) const {
        return from_cell<Aggregate>(aggregated(f, cell_of(key), cell_of(value), cell_of(aggregate)));
    }
};
template <class Aggregate>
struct initializer_of {
    function f;
    Aggregate operator()() const { return *from_cell<Aggregate>(initial(f)); }
};
/// `Result`: optional where a null value can come in.
template <class Result>
struct reducer_of {
    function f;
    template <class Aggregate, class Value>
    Result operator()(const Aggregate& aggregate, const Value& value) const {
        const auto result = from_cell<Aggregate>(reduced(f, cell_of(aggregate), cell_of(value)));
        if constexpr (streams::nullable<Result>)
            return result;
        else
            return *result;
    }
};

template <class Aggregate>
struct merger_of {
    function f;
    Aggregate operator()(const Aggregate& one, const Aggregate& other) const {
        return *from_cell<Aggregate>(merged(f, cell_of(one), cell_of(other)));
    }
};

/// The windowed group, as the operation wants it to emit.
template <class Group>
Group emitting(const Group& of, const json& op) {
    return op.value("emit", std::string("update")) == "close" ? of.emit_on_close() : of;
}

/// count, reduce or aggregate of a group, windowed or not. `Table`: the variant of the result.
template <class Table, class Group, class Value>
handle aggregate_group(const Group& of, const json& op) {
    const auto name = op.at("op").get<std::string>();
    const streams::materialized store = store_of(op).value_or(streams::materialized{});
    if (name == "count") return Table(of.count(store));
    if (name == "reduce") return Table(of.reduce(reducer_of<Value>{function_of(op)}, store));
    const function f = function_of(op);
    if (is_text(op)) return Table(of.aggregate(initializer_of<text>{f}, aggregator_of<text>{f}, store));
    return Table(of.aggregate(initializer_of<number>{f}, aggregator_of<number>{f}, store));
}

[[nodiscard]] inline bool is_aggregation(const json& op) {
    return op.at("op") == "count" || op.at("op") == "reduce" || op.at("op") == "aggregate";
}

} // namespace conformance
