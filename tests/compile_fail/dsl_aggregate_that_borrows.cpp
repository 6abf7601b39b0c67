// error: a table or a store outlives the records that it is made from, but a key or value type borrows from them
// error: >::reduce
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
