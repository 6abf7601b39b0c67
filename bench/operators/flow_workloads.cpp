#include "operators/workload.hpp"

#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

namespace operators {

using namespace std::chrono_literals;

namespace {

std::string some_value(std::size_t, std::uint32_t, std::uint64_t) { return "0123456789abcdef"; }

/// Every update of a table, held back for ten seconds of its key's.
streams::topology suppress() {
    streams::streams_builder builder;
    builder.table<std::string, std::string>("in")
        .suppress(streams::until_time_limit{.limit = 10s})
        .to_stream()
        .to("out");
    return builder.build();
}

/// The final count of each window.
streams::topology suppressed_windows() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in")
        .group_by_key()
        .windowed_by(streams::tumbling{.size = 10s, .grace = 0s})
        .count()
        .suppress(streams::until_window_closes{})
        .to_stream()
        .to("out");
    return builder.build();
}

/// Passes a record on, through the processor API.
class passing final : public streams::processor<std::string, std::string, std::string, std::string> {
public:
    void init(context_type& context) override { context_ = &context; }
    void process(const record_type& r) override { context_->forward(r); }

private:
    context_type* context_ = nullptr;
};

streams::topology process() {
    streams::streams_builder builder;
    builder.stream<std::string, std::string>("in").process([] { return std::make_unique<passing>(); }).to("out");
    return builder.build();
}

} // namespace

std::vector<workload> flow_workloads() {
    return {{"process", process, {"in"}, some_value},
            {"suppress", suppress, {"in"}, some_value},
            {"suppressed_windows", suppressed_windows, {"in"}, some_value}};
}

} // namespace operators
