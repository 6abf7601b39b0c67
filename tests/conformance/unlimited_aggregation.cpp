#include "aggregation.hpp"

namespace conformance {

namespace {
template <class Key, class Value>
handle aggregate(const in_one_window<Key, Value>& group, const json& op) {
    return aggregate_group<windowed_table, in_one_window<Key, Value>, Value>(group, op);
}
} // namespace

handle apply_unlimited_aggregation(workbench& bench, const json& op) {
    if (!is_aggregation(op) || !std::holds_alternative<unlimited_group>(bench.of(op))) return {};
    return std::visit([&](const auto& of) { return aggregate(of, op); }, bench.of<unlimited_group>(op));
}

} // namespace conformance
