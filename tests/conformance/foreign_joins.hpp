#pragma once

#include "functors.hpp"
#include "table_joins.hpp"

namespace conformance {

template <class Left, class Right, class... Options>
handle join_by_key(const Left& left, const Right& right, const json& op, const Options&... options) {
    const key_mapper extractor{function_of(op, "foreign_key")};
    const row_joiner f{function_of(op)};
    if (op.at("op") == "join") return plain_table(left.join(right, extractor, f, options...));
    return plain_table(left.left_join(right, extractor, f, options...));
}

/// The join of a table of `Left` values with any other, by a foreign key.
template <class Left>
handle join_by_key_of(const Left& left, workbench& bench, const json& op) {
    const auto* other = std::get_if<plain_table>(&bench.of(op, "other"));
    if (!other) return {};
    const auto store = store_of(op);
    const streams::table_joined named{.name = name_of(op)};
    return std::visit(
        [&](const auto& right) {
            return store ? join_by_key(left, right, op, named, *store) : join_by_key(left, right, op, named);
        },
        *other);
}

[[nodiscard]] handle join_texts_by_key(const streams::ktable_joins<text, text>& left, workbench& bench, const json& op);
[[nodiscard]] handle join_numbers_by_key(const streams::ktable_joins<text, number>& left, workbench& bench,
                                         const json& op);

} // namespace conformance
