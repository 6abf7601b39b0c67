#pragma once

#include "handles.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <stdexcept>
#include <string>

namespace conformance {

using json = nlohmann::json;

/// The vector needs an operator that the library does not have yet.
struct unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A topology while the operations of a vector are applied one after the other.
struct workbench {
    streams::streams_builder builder;
    std::map<std::string, handle> results;

    [[nodiscard]] const handle& of(const json& op, const char* field = "of") const {
        return results.at(op.at(field).get<std::string>());
    }
    template <class Handle>
    [[nodiscard]] const Handle& of(const json& op) const {
        if (const auto* held = std::get_if<Handle>(&of(op))) return *held;
        throw unsupported(op.at("op").get<std::string>() + " of another kind of handle");
    }
};

[[nodiscard]] inline function function_of(const json& op, const char* field = "fn") {
    return function::parse(op.at(field).get<std::string>());
}
[[nodiscard]] inline std::string name_of(const json& op) { return op.value("name", std::string()); }
[[nodiscard]] inline bool is_text(const json& op, const char* field = "as") { return op.at(field) == "string"; }
/// nullopt: the operation names no store. Throws unsupported for kinds that are not there yet.
[[nodiscard]] std::optional<streams::materialized> store_of(const json& op);

// Each applies one operation, or returns an empty handle where the operation is not its own. Split over several files,
// since every operation is compiled for every type.
[[nodiscard]] handle apply_source(workbench& bench, const json& op);
[[nodiscard]] handle apply_stateless(workbench& bench, const json& op);
[[nodiscard]] handle apply_mapping(workbench& bench, const json& op);
[[nodiscard]] handle apply_grouping(workbench& bench, const json& op);
[[nodiscard]] handle apply_aggregation(workbench& bench, const json& op);
[[nodiscard]] handle apply_windowed_aggregation(workbench& bench, const json& op);
[[nodiscard]] handle apply_sliding_aggregation(workbench& bench, const json& op);
[[nodiscard]] handle apply_session_aggregation(workbench& bench, const json& op);
[[nodiscard]] handle apply_cogroup(workbench& bench, const json& op);
[[nodiscard]] handle apply_cogroup_of_numbers(workbench& bench, const json& op);
[[nodiscard]] handle apply_cogroup_aggregation(workbench& bench, const json& op);
[[nodiscard]] handle apply_table(workbench& bench, const json& op);
[[nodiscard]] handle apply_join(workbench& bench, const json& op);
[[nodiscard]] handle apply_table_join(workbench& bench, const json& op);
[[nodiscard]] handle apply_foreign_join(workbench& bench, const json& op);
[[nodiscard]] handle apply_table_grouping(workbench& bench, const json& op);
[[nodiscard]] handle apply_processing(workbench& bench, const json& op);
[[nodiscard]] handle apply_global(workbench& bench, const json& op);
[[nodiscard]] handle apply_suppress(workbench& bench, const json& op);
/// `to` and `split`, which have no single result. False: another operation.
[[nodiscard]] bool apply_ending(workbench& bench, const json& op);

/// Builds the topology of a vector through the DSL. Throws unsupported.
[[nodiscard]] streams::topology build(const json& vector, const streams::streams_config& config);

} // namespace conformance
