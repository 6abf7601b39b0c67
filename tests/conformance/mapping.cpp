#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

template <class New>
struct pair_mapper {
    key_mapper key_f;
    value_mapper<New> value_f;
    template <class Key, class Value>
    std::pair<maybe<text>, maybe<New>> operator()(const Key& key, const Value& value) const {
        return {key_f(key, value), value_f(key, value)};
    }
};

template <class T>
using plain_t = streams::without_null_t<T>;

/// The types of the stream are kept: what is repeated or split is there.
template <class Value>
struct flat_values {
    function f;
    template <class Key>
    std::vector<Value> operator()(const Key& key, const Value& value) const {
        std::vector<Value> out;
        for (const auto& pair : flattened(f, cell_of(key), cell_of(value)))
            out.push_back(*from_cell<plain_t<Value>>(pair.second));
        return out;
    }
};
template <class Value>
struct flat_pairs {
    function f;
    template <class Key>
    std::vector<std::pair<maybe<text>, Value>> operator()(const Key& key, const Value& value) const {
        std::vector<std::pair<maybe<text>, Value>> out;
        for (const auto& pair : flattened(f, cell_of(key), cell_of(value)))
            out.emplace_back(from_cell<text>(pair.first), *from_cell<plain_t<Value>>(pair.second));
        return out;
    }
};

template <class New, class Stream>
handle mapped(const Stream& stream, const json& op) {
    const streams::named named{name_of(op)};
    const value_mapper<New> values{function_of(op)};
    if (op.at("op") == "map_values") return plain_stream(stream.map_values(values, named));
    return plain_stream(stream.map(pair_mapper<New>{{function_of(op, "key_fn")}, values}, named));
}

template <class Stream>
handle flat(const Stream& stream, const json& op) {
    using value_type = typename Stream::value_type;
    const streams::named named{name_of(op)};
    if (op.at("op") == "flat_map") return plain_stream(stream.flat_map(flat_pairs<value_type>{function_of(op)}, named));
    return plain_stream(stream.flat_map_values(flat_values<value_type>{function_of(op)}, named));
}

} // namespace

handle apply_mapping(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    const bool maps = name == "map" || name == "map_values";
    const bool flattens = name == "flat_map" || name == "flat_map_values";
    if (!maps && !flattens && name != "select_key") return {};
    if (!std::holds_alternative<plain_stream>(bench.of(op))) return {};
    return std::visit(
        [&](const auto& stream) -> handle {
            if (flattens) return flat(stream, op);
            if (maps) return is_text(op) ? mapped<text>(stream, op) : mapped<number>(stream, op);
            return plain_stream(stream.select_key(key_mapper{function_of(op)}, streams::named{name_of(op)}));
        },
        bench.of<plain_stream>(op));
}

} // namespace conformance
