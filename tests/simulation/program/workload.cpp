#include "simulation/program/workload.hpp"

#include "simulation/program/collecting.hpp"
#include "simulation/program/explained.hpp"

#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <map>
#include <memory>
#include <utility>

namespace streams::simulation {
namespace {

using random_number = std::function<std::uint64_t(std::uint64_t)>;

constexpr std::int64_t first_timestamp = 1'700'000'000'000;
constexpr std::int32_t partitions = 4;
constexpr std::uint64_t sources = 10;
constexpr std::uint64_t groups = 8;
constexpr std::uint64_t forget_one_in = 8;
constexpr const char* repartition = "grouped-repartition";

struct shape {
    bool windowed = false;
    bool joined = false; ///< with a table whose source topic is its changelog
    bool caching = false;
};

topology make_topology(const shape& of) {
    topology made;
    made.add_source<std::string, std::string>("read", "in");
    made.add_processor("by-source", [] { return std::make_unique<collector>("sources", "tell-sources", "route"); },
                       {"read"});
    made.add_store(stores::key_value("sources", {.caching = of.caching}), {"by-source"});
    made.add_sink<std::string, std::string>("tell-sources", "source-updates", {"by-source"});
    made.add_processor("route", [] { return std::make_unique<router>(); }, {"by-source"});
    made.add_repartition_topic({.name = repartition});
    made.add_sink<std::string, std::string>("regroup", repartition, {"route"});
    made.add_source<std::string, std::string>("read-groups", repartition);
    made.add_processor("by-group", [] { return std::make_unique<collector>("groups", "tell-groups", ""); },
                       {"read-groups"});
    made.add_store(stores::key_value("groups", {.caching = of.caching}), {"by-group"});
    made.add_sink<std::string, std::string>("tell-groups", "group-updates", {"by-group"});
    if (of.joined) {
        made.add_read_only_store<std::string, std::string>(stores::key_value("table"), "read-table", "table",
                                                           "keep-table",
                                                           [] { return std::make_unique<copier>("table"); });
        made.add_processor("look-up", [] { return std::make_unique<looker_up>("table"); }, {"read"}, {"table"});
        made.add_sink<std::string, std::string>("tell-found", "found", {"look-up"});
    }
    if (!of.windowed) return made;
    made.add_processor("by-window", [] { return std::make_unique<window_collector>("windows"); }, {"read-groups"});
    made.add_store(stores::window("windows", std::chrono::hours(1), std::chrono::milliseconds(window_ms)),
                   {"by-window"});
    made.add_sink<std::string, std::string>("tell-windows", "window-updates", {"by-window"});
    return made;
}

std::vector<simulated::input_record> draw_inputs(std::size_t count, const shape& of, const random_number& random) {
    std::vector<simulated::input_record> inputs;
    std::map<std::string, int> versions;
    for (std::size_t at = 0; at < count; ++at) {
        const marked_id value{static_cast<int>(at) + 1, "g" + std::to_string(random(groups)),
                              random(forget_one_in) == 0};
        inputs.push_back({"in", "s" + std::to_string(random(sources)), value.text(),
                          first_timestamp + static_cast<std::int64_t>(at) * 20});
        if (!of.joined || random(10) != 0) continue;
        const auto key = "s" + std::to_string(random(sources));
        inputs.push_back({"table", key, std::to_string(++versions[key]), inputs.back().timestamp});
    }
    return inputs;
}

} // namespace

workload draw_workload(std::size_t records, bool exactly_once, const random_number& random) {
    const shape drawn{.windowed = random(3) == 0, .joined = random(3) == 0, .caching = random(3) == 0};
    workload made{.make_topology = [drawn] { return make_topology(drawn); },
                  .topics = {{"in", partitions}, {"source-updates", partitions}, {"group-updates", partitions}},
                  .inputs = draw_inputs(records, drawn, random)};
    if (drawn.joined) made.topics.insert({{"table", partitions}, {"found", partitions}});
    if (drawn.windowed) made.topics.emplace("window-updates", partitions);
    const auto check = [drawn](const simulated::topic_history& history, promise kept) {
        const std::string between = std::string(application_id) + '-' + repartition;
        auto wrong = unexplained_routing(history, "in", between, kept);
        if (wrong.empty()) wrong = unexplained_updates(history, {.input = "in", .output = "source-updates"}, kept);
        if (wrong.empty())
            wrong = unexplained_updates(history, {.input = between, .output = "group-updates", .forgets = true}, kept);
        if (wrong.empty() && drawn.joined) wrong = unexplained_findings(history, "in", "found", kept);
        if (wrong.empty() && drawn.windowed)
            wrong = unexplained_updates(
                history, {.input = between, .output = "window-updates", .forgets = true, .windowed = true}, kept);
        return wrong;
    };
    made.check = [=](const auto& history) { return check(history, {.once = exactly_once}); };
    made.check_cut_short = [=](const auto& history) { return check(history, {.once = exactly_once, .whole = false}); };
    return made;
}

} // namespace streams::simulation
