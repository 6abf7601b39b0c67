#include "operations.hpp"

namespace conformance {

namespace {

struct joiner {
    function f;
    template <class Key, class Value, class Row>
    maybe<text> operator()(const Key&, const Value& value, const Row& row) const {
        return from_cell<text>(joined(f, cell_of(value), cell_of(row)));
    }
};

} // namespace

handle apply_join(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name != "join" && name != "left_join") return {};
    const auto* table = std::get_if<plain_table>(&bench.of(op, "other"));
    if (!table || !std::holds_alternative<plain_stream>(bench.of(op))) return {};
    if (op.contains("grace")) throw unsupported("joins with grace");
    if (!is_text(op)) throw unsupported("joins to numbers");
    const streams::joined named{name_of(op)};
    return std::visit(
        [&](const auto& stream, const auto& rows) -> handle {
            if (name == "join") return plain_stream(stream.join(rows, joiner{function_of(op)}, named));
            return plain_stream(stream.left_join(rows, joiner{function_of(op)}, named));
        },
        bench.of<plain_stream>(op), *table);
}

} // namespace conformance
