#include "aggregation.hpp"

namespace conformance {

namespace {

handle windowed(const cogroup& of, const json& window) {
    const auto ms = [&](const char* field) { return std::chrono::milliseconds(window.at(field).get<std::int64_t>()); };
    const auto kind = window.at("kind").get<std::string>();
    return std::visit(
        [&](const auto& streams_of) -> handle {
            if (kind == "sliding")
                return windowed_cogroup(streams_of.windowed_by(streams::sliding{ms("size"), ms("grace")}));
            if (kind == "session")
                return session_cogroup(streams_of.windowed_by(streams::session{ms("gap"), ms("grace")}));
            if (kind == "unlimited") return windowed_cogroup(streams_of.windowed_by(streams::unlimited{ms("start")}));
            if (!window.contains("advance"))
                return windowed_cogroup(streams_of.windowed_by(streams::tumbling{ms("size"), ms("grace")}));
            return windowed_cogroup(streams_of.windowed_by(streams::hopping{ms("size"), ms("advance"), ms("grace")}));
        },
        of);
}

template <class Table, class Handle>
handle aggregated(const Handle& of, const json& op) {
    using aggregate = typename Handle::aggregate_type;
    const initializer_of<aggregate> init{function_of(op)};
    const streams::materialized store = store_of(op).value_or(streams::materialized{});
    if constexpr (std::is_same_v<Table, session_table>)
        return Table(of.aggregate(init, merger_of<aggregate>{function_of(op)}, store));
    else
        return Table(of.aggregate(init, store));
}

} // namespace

handle apply_cogroup_aggregation(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name != "windowed_by" && name != "aggregate") return {};
    const handle& of = bench.of(op);
    if (name == "windowed_by") {
        const auto* streams_of = std::get_if<cogroup>(&of);
        return streams_of ? windowed(*streams_of, op.at("window")) : handle();
    }
    if (const auto* plain = std::get_if<cogroup>(&of))
        return std::visit([&](const auto& one) { return aggregated<plain_table>(one, op); }, *plain);
    if (const auto* windows = std::get_if<windowed_cogroup>(&of))
        return std::visit([&](const auto& one) { return aggregated<windowed_table>(one, op); }, *windows);
    if (const auto* sessions = std::get_if<session_cogroup>(&of))
        return std::visit([&](const auto& one) { return aggregated<session_table>(one, op); }, *sessions);
    return {};
}

} // namespace conformance
