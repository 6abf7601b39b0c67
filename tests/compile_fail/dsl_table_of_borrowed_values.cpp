// error: a key or value type borrows from them; use one that owns its memory
// error: streams_builder::table
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
#ifdef CORRECT
    builder.table<std::string, std::string>("in").to_stream().to("out");
#else
    builder.table<std::string, std::string_view>("in").to_stream().to("out");
#endif
}
