#pragma once

#include "stream_joins.hpp"

namespace conformance {

[[nodiscard]] inline streams::join_windows join_windows_of(const json& op) {
    const auto span = [&](const char* field) { return std::chrono::milliseconds(op.at(field).get<std::int64_t>()); };
    return {.before = span("before"), .after = span("after"), .grace = span("grace")};
}
[[nodiscard]] inline streams::stream_joined stream_joined_of(const json& op) {
    streams::stream_joined options{.name = name_of(op)};
    const auto store = op.find("store");
    if (store != op.end() && !store->is_null()) options.store_name = store->value("name", std::string());
    options.in_memory = op.value("in_memory", false);
    return options;
}

template <class Left>
handle join_streams(const Left& left, const plain_stream& other, const json& op) {
    const auto name = op.at("op").get<std::string>();
    const streams::join_windows windows = join_windows_of(op);
    const streams::stream_joined options = stream_joined_of(op);
    const value_joiner join{function_of(op)};
    return std::visit(
        [&](const auto& right) -> handle {
            if (name == "join") return plain_stream(left.join(right, join, windows, options));
            if (name == "left_join") return plain_stream(left.left_join(right, join, windows, options));
            return plain_stream(left.outer_join(right, join, windows, options));
        },
        other);
}

} // namespace conformance
