// error: the aggregate's type needs a serde, and must own its memory
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
#ifdef CORRECT
    builder
        .stream<std::string_view, std::string>("in")
#else
    builder
        .stream<std::string_view, std::string_view>("in")
#endif
        .group_by_key()
        .reduce([](auto, auto value) { return value; })
        .to_stream()
        .to("out");
}
