#include "foreign_joins.hpp"

namespace conformance {

handle join_texts_by_key(const streams::ktable_joins<text, text>& left, workbench& bench, const json& op) {
    return join_by_key_of(left, bench, op);
}

handle apply_foreign_join(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if ((name != "join" && name != "left_join") || !op.contains("foreign_key")) return {};
    if (!is_text(op)) throw unsupported("joins to numbers");
    return std::visit(
        [&](const auto& left) {
            if constexpr (std::is_same_v<typename std::remove_cvref_t<decltype(left)>::value_type, text>)
                return join_texts_by_key(left, bench, op);
            else
                return join_numbers_by_key(left, bench, op);
        },
        bench.of<plain_table>(op));
}

} // namespace conformance
