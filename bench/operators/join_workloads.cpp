#include "operators/workload.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

namespace operators {

using namespace std::chrono_literals;

namespace {

std::string some_value(std::size_t, std::uint32_t, std::uint64_t) { return "0123456789abcdef"; }

/// About 4 matches a record at 500 records a second and side: frequent keys have hundreds, most have none.
constexpr streams::join_windows four_matches{.difference = 800ms};

const std::string& left_of(const std::string& left, const std::string&) { return left; }

streams::topology stream_join() {
    streams::streams_builder builder;
    auto left = builder.stream<std::string, std::string>("left");
    auto right = builder.stream<std::string, std::string>("right");
    left.join(right, left_of, four_matches).to("out");
    return builder.build();
}

streams::topology stream_outer_join() {
    streams::streams_builder builder;
    auto left = builder.stream<std::string, std::string>("left");
    auto right = builder.stream<std::string, std::string>("right");
    left.outer_join(
            right, [](const std::string* l, const std::string* r) { return l ? *l : *r; }, four_matches)
        .to("out");
    return builder.build();
}

streams::topology stream_table_join() {
    streams::streams_builder builder;
    auto table = builder.table<std::string, std::string>("table");
    builder.stream<std::string, std::string>("stream").join(table, left_of).to("out");
    return builder.build();
}

streams::topology stream_versioned_table_join() {
    streams::streams_builder builder;
    auto table = builder.table<std::string, std::string>("table", streams::materialized{.history_retention = 10s});
    builder.stream<std::string, std::string>("stream").join(table, left_of).to("out");
    return builder.build();
}

} // namespace

std::vector<workload> join_workloads() {
    return {{"stream_join", stream_join, {"left", "right"}, some_value},
            {"stream_outer_join", stream_outer_join, {"left", "right"}, some_value},
            {"stream_table_join", stream_table_join, {"stream", "table"}, some_value},
            {"stream_versioned_join", stream_versioned_table_join, {"stream", "table"}, some_value}};
}

} // namespace operators
