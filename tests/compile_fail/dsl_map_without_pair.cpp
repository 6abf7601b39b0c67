// error: kstream::map: the functor must return a pair of the new key and value
#include <streams/dsl/streams_builder.hpp>
#include <streams/serde/standard.hpp>

void build(streams::streams_builder& builder) {
    auto in = builder.stream<std::string, std::string>("in");
#ifdef CORRECT
    in.map([](const std::string& value) { return std::pair(value, value); }).to("out");
#else
    in.map([](const std::string& value) { return value; }).to("out");
#endif
}
