#include "functors.hpp"
#include "operations.hpp"
#include "stream_joins.hpp"

namespace conformance {

namespace {

[[nodiscard]] streams::joined joined_of(const json& op) {
    streams::joined options{.name = name_of(op)};
    if (op.contains("grace")) options.grace = std::chrono::milliseconds(op.at("grace").get<std::int64_t>());
    return options;
}

handle join_table(const plain_stream& left, const plain_table& table, const json& op) {
    const streams::joined options = joined_of(op);
    const value_joiner join{function_of(op)};
    return std::visit(
        [&](const auto& stream, const auto& rows) -> handle {
            if (op.at("op") == "join") return plain_stream(stream.join(rows, join, options));
            return plain_stream(stream.left_join(rows, join, options));
        },
        left, table);
}

} // namespace

handle apply_join(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name != "join" && name != "left_join" && name != "outer_join") return {};
    const auto* left = std::get_if<plain_stream>(&bench.of(op));
    if (!left) return {};
    if (!is_text(op)) throw unsupported("joins to numbers");
    if (const auto* stream = std::get_if<plain_stream>(&bench.of(op, "other")))
        return std::visit([&](const auto& of) { return join_streams(of, *stream, op); }, *left);
    if (const auto* table = std::get_if<plain_table>(&bench.of(op, "other"))) return join_table(*left, *table, op);
    return {};
}

} // namespace conformance
