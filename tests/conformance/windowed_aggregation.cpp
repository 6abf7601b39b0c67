#include "aggregation.hpp"

namespace conformance {

namespace {
template <class Key, class Value>
handle aggregate(const streams::time_windowed_kstream<Key, Value>& group, const json& op) {
    return aggregate_group<windowed_table, streams::time_windowed_kstream<Key, Value>, Value>(emitting(group, op), op);
}
} // namespace

handle apply_windowed_aggregation(workbench& bench, const json& op) {
    if (!is_aggregation(op) || !std::holds_alternative<windowed_group>(bench.of(op))) return {};
    return std::visit([&](const auto& of) { return aggregate(of, op); }, bench.of<windowed_group>(op));
}

} // namespace conformance
