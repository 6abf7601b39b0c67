#include "simulation/program/collecting.hpp"
#include "simulation/program/workload.hpp"
#include "simulation/program/workload_part.hpp"

#include <streams/state/stores.hpp>
#include <streams/topology/processor_api.hpp>

#include <chrono>
#include <memory>

namespace streams::simulation {

workload_part collected_windows() {
    workload_part made;
    made.topics = {{"window-updates", {partitions}}};
    made.add = [](topology& to) {
        to.add_processor("by-window", [] { return std::make_unique<window_collector>("windows"); }, {"read-groups"});
        to.add_store(stores::window("windows", std::chrono::hours(1), std::chrono::milliseconds(window_ms)),
                     {"by-window"});
        to.add_sink<std::string, std::string>("tell-windows", "window-updates", {"by-window"});
    };
    made.unexplained = [](const auto& history, promise kept) {
        return unexplained_updates(
            history, {.input = grouped_topic(), .output = "window-updates", .forgets = true, .windowed = true}, kept);
    };
    return made;
}

} // namespace streams::simulation
