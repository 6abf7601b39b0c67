#pragma once

#include "operations.hpp"

namespace conformance {

struct row_joiner {
    function f;
    template <class Left, class Right>
    maybe<text> operator()(const Left& left, const Right& right) const {
        return from_cell<text>(joined(f, cell_of(left), cell_of(right)));
    }
};

template <class Left, class Right, class... Options>
handle join_tables(const Left& left, const Right& right, const json& op, const Options&... options) {
    const auto name = op.at("op").get<std::string>();
    const row_joiner f{function_of(op)};
    if (name == "join") return plain_table(left.join(right, f, options...));
    if (name == "left_join") return plain_table(left.left_join(right, f, options...));
    return plain_table(left.outer_join(right, f, options...));
}

/// The join of a table of `Left` values with any other, by their keys.
template <class Left>
handle join_tables_of(const Left& left, workbench& bench, const json& op) {
    const auto* other = std::get_if<plain_table>(&bench.of(op, "other"));
    if (!other) return {};
    const auto store = store_of(op);
    const streams::named named{name_of(op)};
    return std::visit(
        [&](const auto& right) {
            return store ? join_tables(left, right, op, named, *store) : join_tables(left, right, op, named);
        },
        *other);
}

[[nodiscard]] handle join_texts(const streams::ktable_joins<text, text>& left, workbench& bench, const json& op);
[[nodiscard]] handle join_numbers(const streams::ktable_joins<text, number>& left, workbench& bench, const json& op);

} // namespace conformance
