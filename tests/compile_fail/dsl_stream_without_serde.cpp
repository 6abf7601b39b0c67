// error: a key or value type has no serde; specialise streams::serde for it
// error: streams_builder::stream
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    struct payment {};
#ifdef CORRECT
    builder.stream<std::string, std::string>("in").to("out");
#else
    builder.stream<std::string, payment>("in").for_each([](const payment&) {});
#endif
}
