#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

struct global_joiner {
    function f;
    template <class Key, class Value, class Row>
    maybe<text> operator()(const Key&, const Value& value, const Row& row) const {
        return from_cell<text>(joined(f, cell_of(value), cell_of(row)));
    }
};

handle global_table(workbench& bench, const json& op) {
    const auto topic = op.at("topic").get<std::string>();
    const auto store = store_of(op).value_or(streams::materialized{});
    if (is_text(op, "value")) return global(bench.builder.global_table<text, text>(topic, store));
    return global(bench.builder.global_table<text, number>(topic, store));
}

} // namespace

handle apply_global(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "global_table") return global_table(bench, op);
    if (name != "join" && name != "left_join") return {};
    const auto* table = std::get_if<global>(&bench.of(op, "other"));
    if (!table) return {};
    const key_mapper select{function_of(op, "key_fn")};
    const global_joiner joiner{function_of(op)};
    const streams::named named{name_of(op)};
    return std::visit(
        [&](const auto& stream, const auto& rows) -> handle {
            if (name == "join") return plain_stream(stream.join(rows, select, joiner, named));
            return plain_stream(stream.left_join(rows, select, joiner, named));
        },
        bench.of<plain_stream>(op), *table);
}

} // namespace conformance
