#include "simulation/program/collecting.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <map>
#include <memory>
#include <utility>

namespace streams::simulation {
namespace {

/// One row in so many records: the next version of a key.
auto drawn_versions(std::string topic) {
    return [topic = std::move(topic), versions = std::map<std::string, int>()](
               int, const random_number& random) mutable -> std::optional<simulated::input_record> {
        if (random(10) != 0) return std::nullopt;
        const auto key = any_source(random);
        return simulated::input_record{topic, key, std::to_string(++versions[key])};
    };
}

} // namespace

workload_part found_rows() {
    workload_part made;
    made.topics = {{"table", {partitions}}, {"found", {partitions}}};
    made.add = [](topology& to) {
        to.add_read_only_store<std::string, std::string>(stores::key_value("table"), "read-table", "table",
                                                         "keep-table",
                                                         [] { return std::make_unique<copier>("table"); });
        to.add_processor("look-up", [] { return std::make_unique<looker_up>("table"); }, {"read"}, {"table"});
        to.add_sink<std::string, std::string>("tell-found", "found", {"look-up"});
    };
    made.draw_input = drawn_versions("table");
    made.unexplained = [](const auto& history, promise kept) {
        return unexplained_findings(history, {.table = "table", .output = "found", .grows = true}, kept);
    };
    return made;
}

workload_part found_global_rows() {
    workload_part made;
    made.topics = {{"rates", {partitions}}, {"rated", {partitions}}};
    made.declare = [](streams_builder& builder, const kstream<std::string, std::string>& in) {
        const auto rates = builder.global_table<std::string, std::string>("rates", materialized{.name = "rates"});
        in.left_join(
              rates, [](const std::string& key, const std::string&) { return key; },
              [](const std::string& value, const std::string* row) {
                  return std::to_string(marked_id::parse(value).id) + ':' + (row == nullptr ? "0" : *row);
              })
            .to("rated");
    };
    made.draw_input = drawn_versions("rates");
    // Each instance has a table of its own, which may be behind that of the instance before.
    made.unexplained = [](const auto& history, promise kept) {
        return unexplained_findings(history, {.table = "rates", .output = "rated"}, kept);
    };
    return made;
}

} // namespace streams::simulation
