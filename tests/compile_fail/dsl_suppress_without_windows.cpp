// error: ktable::suppress: until_window_closes needs a table with windowed keys
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto counts = builder.stream<std::string, std::string>("in").group_by_key();
#ifdef CORRECT
    counts.windowed_by(streams::tumbling{std::chrono::minutes(1)})
        .count()
        .suppress(streams::until_window_closes{})
        .to_stream()
        .to("out");
#else
    counts.count().suppress(streams::until_window_closes{}).to_stream().to("out");
#endif
}
