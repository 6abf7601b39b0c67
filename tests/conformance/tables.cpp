#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

template <class Variant, class Table>
handle filtered(const Table& table, const json& op) {
    const streams::named named{name_of(op)};
    const holds keep{function_of(op)};
    const auto store = store_of(op);
    if (op.at("op") == "filter") return Variant(store ? table.filter(keep, named, *store) : table.filter(keep, named));
    return Variant(store ? table.filter_not(keep, named, *store) : table.filter_not(keep, named));
}

template <class Variant, class New, class Table>
handle mapped(const Table& table, const json& op) {
    const streams::named named{name_of(op)};
    const value_mapper<New> f{function_of(op)};
    const auto store = store_of(op);
    return Variant(store ? table.map_values(f, named, *store) : table.map_values(f, named));
}

template <class Variant, class Stream, class Table>
handle applied(const Table& table, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "map_values")
        return is_text(op) ? mapped<Variant, text>(table, op) : mapped<Variant, number>(table, op);
    if (name != "to_stream") return filtered<Variant>(table, op);
    const streams::named named{name_of(op)};
    if (op.contains("key_fn")) return plain_stream(table.to_stream(key_mapper{function_of(op, "key_fn")}, named));
    return Stream(table.to_stream(named));
}

handle to_table(const plain_stream& stream, const json& op) {
    const auto store = store_of(op);
    return std::visit(
        [&](const auto& of) -> handle { return plain_table(store ? of.to_table(*store) : of.to_table()); }, stream);
}

} // namespace

handle apply_table(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "to_table") return to_table(bench.of<plain_stream>(op), op);
    if (name != "filter" && name != "filter_not" && name != "map_values" && name != "to_stream") return {};
    if (const auto* plain = std::get_if<plain_table>(&bench.of(op)))
        return std::visit([&](const auto& table) { return applied<plain_table, plain_stream>(table, op); }, *plain);
    if (const auto* windowed = std::get_if<windowed_table>(&bench.of(op)))
        return std::visit([&](const auto& table) { return applied<windowed_table, windowed_stream>(table, op); },
                          *windowed);
    if (const auto* sessions = std::get_if<session_table>(&bench.of(op)))
        return std::visit([&](const auto& table) { return applied<session_table, session_stream>(table, op); },
                          *sessions);
    return {};
}

} // namespace conformance
