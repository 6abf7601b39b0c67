#include "operations.hpp"

namespace conformance {

namespace {

template <class Variant, class Table>
handle until_closes(const Table& table, const json& op) {
    streams::until_window_closes until{};
    if (op.contains("max_records")) until.max_records = op.at("max_records").get<std::size_t>();
    return Variant(table.suppress(until, streams::named{name_of(op)}));
}

template <class Variant, class Table>
handle until_limit(const Table& table, const json& op) {
    streams::until_time_limit until{.limit = std::chrono::milliseconds(op.at("time_limit").get<std::int64_t>())};
    if (op.contains("max_records")) until.max_records = op.at("max_records").get<std::size_t>();
    return Variant(table.suppress(until, streams::named{name_of(op)}));
}

} // namespace

handle apply_suppress(workbench& bench, const json& op) {
    if (op.at("op") != "suppress") return {};
    const bool closes = op.contains("until");
    if (const auto* windowed = std::get_if<windowed_table>(&bench.of(op)))
        return std::visit(
            [&](const auto& table) {
                return closes ? until_closes<windowed_table>(table, op) : until_limit<windowed_table>(table, op);
            },
            *windowed);
    if (const auto* sessions = std::get_if<session_table>(&bench.of(op)))
        return std::visit(
            [&](const auto& table) {
                return closes ? until_closes<session_table>(table, op) : until_limit<session_table>(table, op);
            },
            *sessions);
    if (closes) throw unsupported("suppress of other windows");
    return std::visit([&](const auto& table) { return until_limit<plain_table>(table, op); },
                      bench.of<plain_table>(op));
}

} // namespace conformance
