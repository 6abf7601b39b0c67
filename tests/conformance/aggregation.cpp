#include "aggregation.hpp"

namespace conformance {

namespace {
template <class Key, class Value>
handle aggregate(const streams::kgrouped_stream<Key, Value>& group, const json& op) {
    return aggregate_group<plain_table, streams::kgrouped_stream<Key, Value>, streams::without_null_t<Value>>(group,
                                                                                                              op);
}
} // namespace

handle apply_aggregation(workbench& bench, const json& op) {
    if (!is_aggregation(op) || !std::holds_alternative<group>(bench.of(op))) return {};
    return std::visit([&](const auto& of) { return aggregate(of, op); }, bench.of<group>(op));
}

} // namespace conformance
