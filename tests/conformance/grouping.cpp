#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

handle windowed_by(const group& grouped, const json& window) {
    const auto ms = [&](const char* field) { return std::chrono::milliseconds(window.at(field).get<std::int64_t>()); };
    const auto kind = window.at("kind").get<std::string>();
    return std::visit(
        [&](const auto& of) -> handle {
            if (kind == "sliding") return sliding_group(of.windowed_by(streams::sliding{ms("size"), ms("grace")}));
            if (kind == "session") return session_group(of.windowed_by(streams::session{ms("gap"), ms("grace")}));
            if (kind == "unlimited") return windowed_group(of.windowed_by(streams::unlimited{ms("start")}));
            if (!window.contains("advance"))
                return windowed_group(of.windowed_by(streams::tumbling{ms("size"), ms("grace")}));
            return windowed_group(of.windowed_by(streams::hopping{ms("size"), ms("advance"), ms("grace")}));
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
