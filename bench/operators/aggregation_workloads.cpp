#include "operators/workload.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

namespace operators {

using namespace std::chrono_literals;

namespace {

std::string some_value(std::size_t, std::uint32_t, std::uint64_t) { return "0123456789abcdef"; }

template <class Windows>
streams::topology windowed_count(const Windows& windows) {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in").group_by_key().windowed_by(windows).count().to_stream().to("out");
    return builder.build();
}

streams::topology filter_and_map() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .filter([](const std::string& value) { return !value.empty(); })
        .map_values([](const std::string& value) { return value.size(); })
        .map_values([](std::size_t size) { return static_cast<std::int64_t>(size); })
        .to("out");
    return builder.build();
}

streams::topology count() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in").group_by_key().count().to_stream().to("out");
    return builder.build();
}

streams::topology tumbling_count() { return windowed_count(streams::tumbling{.size = 10s, .grace = 0s}); }
streams::topology hopping_count() { return windowed_count(streams::hopping{.size = 10s, .advance = 2s}); }
streams::topology sliding_count() { return windowed_count(streams::sliding{.difference = 100ms}); }
streams::topology session_count() { return windowed_count(streams::session{.gap = 10s}); }
streams::topology tumbling_count_on_close() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .group_by_key()
        .windowed_by(streams::tumbling{.size = 10s})
        .emit_on_close()
        .count()
        .to_stream()
        .to("out");
    return builder.build();
}

} // namespace

std::vector<workload> aggregation_workloads() {
    return {{"stateless", filter_and_map, {"in"}, some_value},
            {"count", count, {"in"}, some_value},
            {"tumbling_count", tumbling_count, {"in"}, some_value},
            {"hopping_count", hopping_count, {"in"}, some_value},
            {"sliding_count", sliding_count, {"in"}, some_value},
            {"session_count", session_count, {"in"}, some_value},
            {"tumbling_count_on_close", tumbling_count_on_close, {"in"}, some_value}};
}

} // namespace operators
