#include "aggregation.hpp"

namespace conformance {

handle apply_cogroup(workbench& bench, const json& op) {
    if (op.at("op") != "cogroup" || !is_text(op)) return {};
    using aggregate = text;
    const auto aggregator = [](const json& of) { return aggregator_of<aggregate>{function_of(of)}; };
    auto result =
        std::visit([&](const auto& of) { return of.template cogroup<aggregate>(aggregator(op)); }, bench.of<group>(op));
    for (const json& more : op.at("with"))
        result =
            std::visit([&](const auto& of) { return result.cogroup(of, aggregator(more)); }, bench.of<group>(more));
    return cogroup(std::move(result));
}

} // namespace conformance
