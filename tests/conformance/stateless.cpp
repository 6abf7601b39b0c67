#include "functors.hpp"
#include "operations.hpp"

namespace conformance {

namespace {

template <class Stream>
std::map<std::string, plain_stream> split(const Stream& stream, const json& op) {
    const std::string name = name_of(op);
    auto branches = name.empty() ? stream.split() : stream.split(streams::named{name});
    std::map<std::string, plain_stream> out;
    for (const json& branch : op.at("branches")) {
        const std::string label = branch.value("label", std::string());
        const auto keep = [&, id = branch.at("id").get<std::string>()](const Stream& made) { out.emplace(id, made); };
        if (label.empty())
            branches.branch(holds{function_of(branch)}, keep);
        else
            branches.branch(holds{function_of(branch)}, keep, streams::branched{label});
    }
    const auto last = op.find("default");
    if (last == op.end() || last->is_null()) {
        static_cast<void>(branches.no_default_branch());
        return out;
    }
    const std::string label = last->value("label", std::string());
    const auto keep = [&](const Stream& made) { out.emplace(last->at("id").get<std::string>(), made); };
    branches.default_branch(keep, streams::branched{label});
    return out;
}

handle merge(workbench& bench, const json& op) {
    const auto& left = bench.of<plain_stream>(op);
    const auto* right = std::get_if<plain_stream>(&bench.of(op, "other"));
    if (!right) throw unsupported("merge of other streams");
    return std::visit(
        [&](const auto& stream, const auto& other) -> handle {
            using stream_type = std::remove_cvref_t<decltype(stream)>;
            using other_type = std::remove_cvref_t<decltype(other)>;
            if constexpr (std::is_same_v<streams::without_null_t<typename stream_type::value_type>,
                                         streams::without_null_t<typename other_type::value_type>>)
                return plain_stream(stream.merge(other, streams::named{name_of(op)}));
            else
                throw unsupported("merge of texts with numbers");
        },
        left, *right);
}

} // namespace

handle apply_stateless(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "merge") return merge(bench, op);
    if (name == "repartition")
        return std::visit(
            [&](const auto& stream) -> handle {
                return plain_stream(stream.repartition(streams::repartitioned{.name = name_of(op), .partitions = 1}));
            },
            bench.of<plain_stream>(op));
    if ((name == "filter" || name == "filter_not") && std::holds_alternative<plain_stream>(bench.of(op)))
        return std::visit(
            [&](const auto& stream) -> handle {
                const streams::named named{name_of(op)};
                const holds keep{function_of(op)};
                return plain_stream(name == "filter" ? stream.filter(keep, named) : stream.filter_not(keep, named));
            },
            bench.of<plain_stream>(op));
    return {};
}

bool apply_ending(workbench& bench, const json& op) {
    const auto name = op.at("op").get<std::string>();
    if (name == "to") {
        const auto write = [&](const auto& stream) {
            stream.to(op.at("topic").get<std::string>(), streams::produced{name_of(op)});
        };
        if (const auto* windowed = std::get_if<windowed_stream>(&bench.of(op)))
            std::visit(write, *windowed);
        else if (const auto* sessions = std::get_if<session_stream>(&bench.of(op)))
            std::visit(write, *sessions);
        else
            std::visit(write, bench.of<plain_stream>(op));
        return true;
    }
    if (name != "split") return false;
    const auto made = std::visit([&](const auto& stream) { return split(stream, op); }, bench.of<plain_stream>(op));
    for (const auto& [id, stream] : made) bench.results[id] = stream;
    return true;
}

} // namespace conformance
