// error: session windows need a third functor, which merges two aggregates
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto sessions = builder.stream<std::string, std::string>("in").group_by_key().windowed_by(
        streams::session{std::chrono::minutes(5)});
    const auto none = [] { return std::string(); };
    const auto longest = [](const std::string& value, std::string all) { return value > all ? value : all; };
#ifdef CORRECT
    sessions
        .aggregate(
            none, longest, [](std::string a, std::string b) { return a > b ? a : b; }, streams::named{"n"})
#else
    sessions
        .aggregate(none, longest, streams::named{"n"})
#endif
        .to_stream()
        .to("out");
}
