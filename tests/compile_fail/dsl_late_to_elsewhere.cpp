// error: late_to: give the name of a topic, or a functor that receives the late records as a kstream
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto windows = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
        streams::tumbling{std::chrono::minutes(5)});
#ifdef CORRECT
    windows
        .late_to([](const streams::kstream<std::string, std::string>& late) { late.to("late"); })
#else
    windows
        .late_to([](const streams::kstream<std::string, int>& late) { late.to("late"); })
#endif
        .count()
        .to_stream()
        .to("out");
}
