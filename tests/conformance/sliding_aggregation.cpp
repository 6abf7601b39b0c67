#include "aggregation.hpp"

namespace conformance {

namespace {
template <class Key, class Value>
handle aggregate(const in_sliding_windows<Key, Value>& group, const json& op) {
    return aggregate_group<windowed_table, in_sliding_windows<Key, Value>, streams::without_null_t<Value>>(
        emitting(group, op), op);
}
} // namespace

handle apply_sliding_aggregation(workbench& bench, const json& op) {
    if (!is_aggregation(op) || !std::holds_alternative<sliding_group>(bench.of(op))) return {};
    return std::visit([&](const auto& of) { return aggregate(of, op); }, bench.of<sliding_group>(op));
}

} // namespace conformance
