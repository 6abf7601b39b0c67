// error: the functor must be callable with (value) or (key, value) of the stream's types
// error: >::filter
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.filter([](const std::string& value) { return !value.empty(); }).to("out");
#else
    in.filter([](int value) { return value > 0; }).to("out");
#endif
}
