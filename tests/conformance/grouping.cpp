#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

handle windowed_by(const group& grouped, const json& window) {
    if (window.at("kind") != "time") throw unsupported(window.at("kind").get<std::string>() + " windows");
    const std::chrono::milliseconds size(window.at("size").get<std::int64_t>());
    const std::chrono::milliseconds grace(window.at("grace").get<std::int64_t>());
    return std::visit(
        [&](const auto& of) -> handle {
            if (!window.contains("advance")) return windowed_group(of.windowed_by(streams::tumbling{size, grace}));
            const std::chrono::milliseconds advance(window.at("advance").get<std::int64_t>());
            return windowed_group(of.windowed_by(streams::hopping{size, advance, grace}));
        },
        grouped);
}

} // namespace

handle apply_grouping(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "windowed_by") return windowed_by(bench.of<group>(op), op.at("window"));
    if (name != "group_by" && name != "group_by_key") return {};
    const streams::grouped grouped{name_of(op)};
    return std::visit(
        [&](const auto& stream) -> handle {
            if (name == "group_by_key") return group(stream.group_by_key(grouped));
            return group(stream.group_by(key_mapper{function_of(op)}, grouped));
        },
        bench.of<plain_stream>(op));
}

} // namespace conformance
