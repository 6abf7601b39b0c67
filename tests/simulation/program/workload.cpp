#include "simulation/program/workload.hpp"

#include "simulation/program/collecting.hpp"
#include "simulation/program/explained.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <memory>
#include <utility>

namespace streams::simulation {
namespace {

constexpr std::int64_t first_timestamp = 1'700'000'000'000;
constexpr std::int64_t between_timestamps = 20;
constexpr const char* repartition = "grouped-repartition";

std::vector<workload_part> draw_parts(const random_number& random) {
    std::vector<workload_part> parts;
    if (random(4) == 0) parts.push_back(collected_windows());
    if (random(4) == 0) parts.push_back(found_rows());
    if (random(5) == 0) parts.push_back(closed_windows(random));
    if (random(5) == 0) parts.push_back(found_global_rows());
    if (random(5) == 0) parts.push_back(regrouped_table(random));
    if (random(5) == 0) parts.push_back(drained_lists(random));
    if (random(5) == 0) parts.push_back(judged_records());
    return parts;
}

} // namespace

std::string grouped_topic() { return std::string(application_id) + '-' + repartition; }

workload::workload(std::size_t records, const random_number& random)
    : caching_(random(3) == 0), parts_(draw_parts(random)) {
    draw_inputs(records, random);
}

topology workload::make_topology() const {
    streams_builder builder;
    const auto in = builder.stream<std::string, std::string>("in", consumed{.name = "read"});
    for (const workload_part& each : parts_)
        if (each.declare) each.declare(builder, in);
    topology made = builder.build();
    made.add_processor("by-source", [] { return std::make_unique<collector>("sources", "tell-sources", "route"); },
                       {"read"});
    made.add_store(stores::key_value("sources", {.caching = caching_}), {"by-source"});
    made.add_sink<std::string, std::string>("tell-sources", "source-updates", {"by-source"});
    made.add_processor("route", [] { return std::make_unique<router>(); }, {"by-source"});
    made.add_repartition_topic({.name = repartition});
    made.add_sink<std::string, std::string>("regroup", repartition, {"route"});
    made.add_source<std::string, std::string>("read-groups", repartition);
    made.add_processor("by-group", [] { return std::make_unique<collector>("groups", "tell-groups", ""); },
                       {"read-groups"});
    made.add_store(stores::key_value("groups", {.caching = caching_}), {"by-group"});
    made.add_sink<std::string, std::string>("tell-groups", "group-updates", {"by-group"});
    for (const workload_part& each : parts_)
        if (each.add) each.add(made);
    return made;
}

std::map<std::string, simulated::topic_plan> workload::topics() const {
    std::map<std::string, simulated::topic_plan> all{
        {"in", {partitions}}, {"source-updates", {partitions}}, {"group-updates", {partitions}}};
    for (const workload_part& each : parts_) all.insert(each.topics.begin(), each.topics.end());
    return all;
}

void workload::configure(streams_config& config) const {
    for (const workload_part& each : parts_)
        if (each.configure) each.configure(config);
}

void workload::draw_inputs(std::size_t count, const random_number& random) {
    // Lists that grow, or many that come and go: a changelog then begins behind deletions.
    const bool short_lists = random(3) == 0;
    const std::uint64_t groups = short_lists ? 24 : 8;
    const std::uint64_t forget_one_in = short_lists ? 2 : 8;
    for (std::size_t at = 0; at < count; ++at) {
        const int number = static_cast<int>(at) + 1;
        const std::int64_t timestamp = first_timestamp + static_cast<std::int64_t>(at) * between_timestamps;
        const marked_id value{number, "g" + std::to_string(random(groups)), random(forget_one_in) == 0};
        inputs_.push_back({"in", any_source(random), value.text(), timestamp});
        for (workload_part& each : parts_) {
            if (!each.draw_input) continue;
            auto beside = each.draw_input(number, random);
            if (!beside) continue;
            beside->timestamp = timestamp;
            inputs_.push_back(*std::move(beside));
        }
    }
}

std::string workload::unexplained(const simulated::topic_history& history, promise kept) const {
    auto wrong = unexplained_routing(history, "in", grouped_topic(), kept);
    if (wrong.empty()) wrong = unexplained_updates(history, {.input = "in", .output = "source-updates"}, kept);
    if (wrong.empty())
        wrong =
            unexplained_updates(history, {.input = grouped_topic(), .output = "group-updates", .forgets = true}, kept);
    for (const workload_part& each : parts_)
        if (wrong.empty() && each.unexplained) wrong = each.unexplained(history, kept);
    return wrong;
}

} // namespace streams::simulation
