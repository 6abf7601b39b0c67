#include "operations.hpp"

namespace conformance {

std::optional<streams::materialized> store_of(const json& op) {
    const auto at = op.find("store");
    if (at == op.end() || at->is_null()) return std::nullopt;
    streams::materialized store{};
    store.name = at->value("name", std::string());
    store.in_memory = at->value("in_memory", false);
    store.caching = at->value("caching", true);
    store.logging = at->value("logging", true);
    if (at->contains("versioned"))
        store.history_retention = std::chrono::milliseconds(at->at("versioned").get<std::int64_t>());
    return store;
}

handle apply_source(workbench& bench, const json& op) {
    if (op.at("op") == "stream") {
        const auto topics = op.at("topics").get<std::vector<std::string>>();
        if (op.at("key") != "string") throw unsupported("stream with keys of type " + op.at("key").get<std::string>());
        if (is_text(op, "value")) return plain_stream(bench.builder.stream<maybe<text>, maybe<text>>(topics));
        return plain_stream(bench.builder.stream<maybe<text>, maybe<number>>(topics));
    }
    if (op.at("op") != "table") return {};
    const auto topic = op.at("topic").get<std::string>();
    const auto store = store_of(op);
    if (is_text(op, "value"))
        return plain_table(store ? bench.builder.table<text, text>(topic, *store)
                                 : bench.builder.table<text, text>(topic));
    return plain_table(store ? bench.builder.table<text, number>(topic, *store)
                             : bench.builder.table<text, number>(topic));
}

streams::topology build(const json& vector, const streams::streams_config& config) {
    workbench bench;
    static constexpr handle (*kinds[])(workbench&, const json&) = {apply_source,
                                                                   apply_stateless,
                                                                   apply_mapping,
                                                                   apply_table_grouping,
                                                                   apply_cogroup,
                                                                   apply_cogroup_of_numbers,
                                                                   apply_cogroup_aggregation,
                                                                   apply_grouping,
                                                                   apply_aggregation,
                                                                   apply_windowed_aggregation,
                                                                   apply_sliding_aggregation,
                                                                   apply_session_aggregation,
                                                                   apply_table,
                                                                   apply_join,
                                                                   apply_table_join,
                                                                   apply_foreign_join,
                                                                   apply_processing,
                                                                   apply_suppress,
                                                                   apply_global};
    for (const json& op : vector.at("topology")) {
        if (apply_ending(bench, op)) continue;
        handle made;
        for (const auto apply : kinds) {
            made = apply(bench, op);
            if (made.index() != 0) break;
        }
        if (made.index() == 0) throw unsupported(op.at("op").get<std::string>());
        bench.results[op.at("id").get<std::string>()] = std::move(made);
    }
    return bench.builder.build(config);
}

} // namespace conformance
